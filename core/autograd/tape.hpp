#pragma once

// The tape. Every op on Variables calls `record`, which appends one Node. `backward()` replays the nodes
// newest first.
//
// A result owns its node, and a node owns the nodes of its inputs and what it saved. So a dropped loss frees
// its graph. There are no cycles: for an op that says `keeps_output`, the node keeps the output's Tensor and
// not the Variable, and the replay gives it back to the rule.

#include <functional>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include <xgrad/core/autograd/fused.hpp>
#include <xgrad/core/autograd/node.hpp>
#include <xgrad/core/autograd/observer.hpp>
#include <xgrad/core/autograd/replay.hpp>
#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// An op's inputs: `{x, weight}`, or a vector of Variables.
class Inputs {
 public:
  Inputs(std::initializer_list<std::reference_wrapper<const Variable>> list) : list_(list) {}
  Inputs(const std::vector<Variable>& many) : many_(&many) {}
  std::size_t size() const { return many_ ? many_->size() : list_.size(); }
  const Variable& operator[](std::size_t i) const { return many_ ? (*many_)[i] : list_.begin()[i].get(); }

 private:
  std::initializer_list<std::reference_wrapper<const Variable>> list_;
  const std::vector<Variable>* many_ = nullptr;
};

/// What an op keeps for its rule: `{x}`, `{keeps_output}`, `{keep_for(0, b), keep_for(1, a)}`.
class Keep {
 public:
  Keep(const Variable& variable) : variable_(&variable) {}  // an undefined Variable keeps nothing

 private:
  static constexpr int every_input = -1;
  friend Keep keep_for(int input, const Variable& variable);
  friend Variable append_node(const char*, Tensor&&, const Inputs&, std::span<const Keep>, Rule&&);
  friend constexpr Keep make_keeps_output();
  constexpr Keep(const Variable* variable, int for_input) : variable_(variable), for_input_(for_input) {}
  const Variable* variable_;     // null: the output
  int for_input_ = every_input;  // kept only when that input wants a gradient
};
/// Kept only when input number `input` wants a gradient: in a · b, only the gradient of a needs b.
inline Keep keep_for(int input, const Variable& variable) { return Keep(&variable, input); }
constexpr Keep make_keeps_output() { return Keep(nullptr, Keep::every_input); }
/// Keeps the op's own result, for `r.output()`.
inline constexpr Keep keeps_output = make_keeps_output();

/// Throws naming `op` if one of its arguments is an undefined Variable: the first line of an op.
void check_defined(std::string_view op, const Inputs& arguments);
/// The value of an optional argument, undefined if x is.
inline Tensor value_if_defined(const Variable& x) { return x.defined() ? x.value() : Tensor(); }
/// Throws unless `record` can make a Variable of an op's result.
void check_result(const char* op, const Tensor& value);
/// Tells this thread's observers of an op.
void show_op(const char* op, const Variable& result, const Inputs& inputs);
/// Contiguous memory for a result of x's shape and dtype. It is x's own memory if that holds 64 KiB or more,
/// nobody else sees it (as when the caller passed a temporary by value), and no observer will look at x after
/// the op; the result then replaces x. Else it is new.
Tensor memory_for_result(const Variable& x);
/// Whether an op on these inputs is recorded: gradient mode is on and an input wants a gradient.
bool wants_gradient(const Inputs& inputs);
/// The half of `record` that makes the Node, with the nodes of the inputs that want a gradient and the values
/// that the op keeps.
Variable append_node(const char* op, Tensor&& value, const Inputs& inputs, std::span<const Keep> keeps,
                     Rule&& rule);

/// Makes an op's result a Variable and, if a gradient is wanted, appends the op to the tape. The library's
/// ops and a user's own go through this same call:
///
///     Variable square(const Variable& x) {
///       Tensor y = ...;
///       return record("square", y, {x}, {x}, [](const Replay& r) -> Gradients {
///         return {r.grad() * r.saved(0) * 2};  // d(x²)/dx = 2x
///       });
///     }
///
/// `op` is a string literal: the node keeps the pointer. `keeps` lists the values that the rule reads with
/// `r.saved(i)`. A rule should capture only small numbers and shapes, since the printed tape counts the bytes
/// of `keeps` alone.
template <class RuleBody>
Variable record(const char* op, Tensor value, const Inputs& inputs, std::span<const Keep> keeps,
                RuleBody&& rule) {
  check_result(op, value);
  Variable result = wants_gradient(inputs)
                        ? append_node(op, std::move(value), inputs, keeps, Rule(std::forward<RuleBody>(rule)))
                        : Variable(std::move(value));
  if (is_observed()) show_op(op, result, inputs);
  return result;
}
template <class RuleBody>
Variable record(const char* op, Tensor value, const Inputs& inputs, std::initializer_list<Keep> keeps,
                RuleBody&& rule) {
  return record(op, std::move(value), inputs, std::span(keeps.begin(), keeps.size()),
                std::forward<RuleBody>(rule));
}

}  // namespace xgrad
