#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/ops/symbol.hpp>

namespace xgrad {

/// What the ops of all formulas have in common. elementwise.cpp
class ElementwiseOp {
 public:
  class Definition;  ///< a name, a formula, and the definitions of its gradients
  explicit ElementwiseOp(std::shared_ptr<const Definition> definition) : definition_(std::move(definition)) {}
  /// Calls `formula` with an array of Symbols, one for each input.
  ElementwiseOp(std::string_view name, int inputs, const std::function<Symbol(const Symbol*)>& formula);
  Variable apply(const std::vector<Variable>& inputs) const;

 private:
  std::shared_ptr<const Definition> definition_;
};

/// An op of one formula, made by `elementwise`. A copy is the same op.
template <int inputs>
class Elementwise : ElementwiseOp {
 public:
  using ElementwiseOp::ElementwiseOp;
  /// Throws if the shapes do not broadcast, or if float32 meets float64.
  template <std::convertible_to<Variable>... X>
  requires(sizeof...(X) == inputs) Variable operator()(const X&... x) const {
    return apply({Variable(x)...});
  }
};

/// How many numbers a formula takes: one to four, or 0 if it does not take Symbols.
template <class F>
constexpr int formula_inputs() {
  using S = const Symbol&;
  if (std::is_invocable_v<const F&, S>) return 1;
  if (std::is_invocable_v<const F&, S, S>) return 2;
  if (std::is_invocable_v<const F&, S, S, S>) return 3;
  return std::is_invocable_v<const F&, S, S, S, S> ? 4 : 0;
}

/// An op from a formula of single elements, written once:
///
///     const auto gate = elementwise("gate", [](const auto& a, const auto& b) { return a / (1 + exp(-b)); });
///     Variable y = gate(x, z);  // one node "gate" on the tape
///
/// The formula is a generic function of one to four numbers. It consists of + − · /, comparisons, numbers and
/// the functions of symbol.hpp, also by their names in xtensor (`xt::exp`) once <xgrad/core/xtensor.hpp> is
/// included. It is called once, here, with Symbols that record it. So it cannot branch on an element: `where`
/// chooses. Captured numbers are those of this moment.
///
/// The op broadcasts its inputs as NumPy does. Integers and booleans take the floating dtype, and the
/// formula's numbers that of the inputs. The op keeps its inputs and nothing else. Its gradient is exact, and
/// an elementwise op in turn, so there are derivatives of any order (formula_gradient.cpp).
template <class F>
auto elementwise(std::string_view name, const F& formula) {
  constexpr int inputs = formula_inputs<F>();
  static_assert(
      inputs > 0,
      "a formula takes one to four numbers, as in [](const auto& a, const auto& b) { ... }, and this one "
      "does not compile with any of these");
  const auto as_symbol = []<class Result>(const Result& result) -> Symbol {
    static_assert(std::is_convertible_v<Result, Symbol>,
                  "the formula's result is not a number: it calls a function that elementwise does not have");
    return result;
  };
  return Elementwise<inputs>(name, inputs, [&](const Symbol* x) {
    if constexpr (inputs == 1) return as_symbol(formula(x[0]));
    if constexpr (inputs == 2) return as_symbol(formula(x[0], x[1]));
    if constexpr (inputs == 3) return as_symbol(formula(x[0], x[1], x[2]));
    if constexpr (inputs == 4) return as_symbol(formula(x[0], x[1], x[2], x[3]));
  });
}

}  // namespace xgrad
