#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/call_with.hpp>
#include <xgrad/core/variable.hpp>

namespace xgrad {

/// The bound of each input: max |analytic − numeric| ≤ atol + rtol · max(|analytic|, |numeric|), maxima over
/// that input.
struct GradcheckOptions {
  int order = 1;                    ///< 2 checks the gradient of the gradient (and not the gradient itself)
  std::optional<double> rtol = {};  ///< 1e-6, or 1e-5 of order 2
  double atol = 1e-9;
  double step = 0;  ///< of the finite differences; 0 chooses one from each element's magnitude
};

/// What a gradient check found; true where every gradient is right.
class GradcheckResult {
 public:
  explicit operator bool() const { return message_.empty(); }
  /// Empty, or which input or parameter, which index, analytic, numeric, relative error.
  const std::string& message() const { return message_; }
  static GradcheckResult passed() { return {}; }
  static GradcheckResult failed(std::string message);

 private:
  std::string message_;
};

/// A Variable to be checked, under the name that a failure is reported by.
struct NamedVariable {
  std::string name;
  Variable variable;
};

using GradcheckFunction = std::function<Variable(const std::vector<Variable>&)>;

/// Compares the gradients of f(inputs) with central differences, in float64: f sees every floating input, and
/// the `leaves` it reads besides them (parameters), as float64 with the same strides. Integer and boolean
/// inputs are passed as they are. The leaves' values and gradients are back in place afterwards, also when f
/// throws; the inputs and the default Generator are never touched.
///
/// The result may have any shape: its elements are summed with random weights. An input of more than 64
/// elements is first moved along one random direction; only where that fails, element by element.
///
/// A result that says false: a gradient is wrong, or f returned something undefined, not float64 or not
/// finite, or is not deterministic. Throws `std::invalid_argument` where there is nothing to check: no
/// floating input, one that is not finite, an order other than 1 and 2.
GradcheckResult gradcheck(const GradcheckFunction& f, const std::vector<Variable>& inputs,
                          const GradcheckOptions& options = {},
                          const std::vector<NamedVariable>& leaves = {});

/// Throws a module's error again, in a `catch`: where dtypes clash, with the likely reason, a member that
/// `visit` doesn't name and which therefore was not made float64.
[[noreturn]] void rethrow_from_module(const std::invalid_argument& error);

/// The same of anything that is called with the inputs one by one, up to 8: a function, or a module (by its
/// call or its `forward`), whose named parameters are then checked too.
template <OtherThan<GradcheckFunction> F>
GradcheckResult gradcheck(F&& f, const std::vector<Variable>& inputs, const GradcheckOptions& options = {}) {
  constexpr bool is_module = requires { f.named_parameters(); };
  const GradcheckFunction function = [&f](const std::vector<Variable>& x) {
    try {
      return call_with("gradcheck", f, x);
    } catch (const std::invalid_argument& error) {
      if constexpr (is_module) rethrow_from_module(error);
      throw;
    }
  };
  std::vector<NamedVariable> leaves;
  if constexpr (is_module) {
    for (const auto& [name, parameter] : f.named_parameters()) leaves.push_back({name, parameter});
  }
  return gradcheck(function, inputs, options, leaves);
}

}  // namespace xgrad
