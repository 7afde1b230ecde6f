#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/call_with.hpp>
#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// The bound for each input: max |analytic − numeric| ≤ atol + rtol · max(|analytic|, |numeric|). The maxima
/// are over that input.
struct GradcheckOptions {
  int order = 1;                    ///< 2 checks the gradient of the gradient, and not the gradient itself
  std::optional<double> rtol = {};  ///< 1e-6, or 1e-5 for order 2
  double atol = 1e-9;
  double step = 0;  ///< of the finite differences; 0 chooses one from each element's magnitude
};

/// The first input or parameter whose gradient is wrong. Tensors have its shape.
struct GradcheckMismatch {
  std::string name;          ///< "input 0", or a parameter's
  Tensor analytic, numeric;  ///< float64
  Tensor is_wrong;           ///< boolean
  std::string likely_cause;  ///< empty if the pattern of the errors shows none
};

/// The result of a gradient check; true if every gradient is right.
class GradcheckResult {
 public:
  explicit operator bool() const { return message_.empty(); }
  /// Empty, or: a line with the input or parameter, index, analytic, numeric and relative error of the worst
  /// entry; the number of wrong entries, and the likely cause if the pattern shows one; and, if there are 2
  /// to 64 entries, all of them side by side, with a * at each wrong one.
  const std::string& message() const { return message_; }
  /// Null unless a gradient is wrong.
  const GradcheckMismatch* mismatch() const { return mismatch_ ? &*mismatch_ : nullptr; }
  static GradcheckResult passed() { return {}; }
  static GradcheckResult failed(std::string message, std::optional<GradcheckMismatch> mismatch = {});

 private:
  std::string message_;
  std::optional<GradcheckMismatch> mismatch_;
};

/// A Variable to be checked, with its name in the report.
struct NamedVariable {
  std::string name;
  Variable variable;
};

using GradcheckFunction = std::function<Variable(const std::vector<Variable>&)>;

/// Compares the gradients of f(inputs) with central differences, in float64. f gets every floating input as
/// float64, with the same strides. The `leaves` are other Variables that f reads, such as parameters; they
/// are float64 during the check. So is the default dtype, and with it each constant that f makes. Integer and
/// boolean inputs are passed as they are. Afterwards the leaves have their values and gradients again, also
/// if f throws. The inputs and the default Generator never change.
///
/// The result may have any shape: its elements are summed with random weights. An input of more than 64
/// elements is first moved along one random direction; only if that fails, element by element.
///
/// A result is false if a gradient is wrong, or if f returned something undefined, not float64 or not finite,
/// or is not deterministic. Throws `std::invalid_argument` if there is nothing to check: no floating input,
/// an input that is not finite, an order other than 1 and 2. Errors that f or a rule throws pass through; if
/// float32 meets float64 there, the text says how to have all of f in float64.
GradcheckResult gradcheck(const GradcheckFunction& f, const std::vector<Variable>& inputs,
                          const GradcheckOptions& options = {},
                          const std::vector<NamedVariable>& leaves = {});

/// The same for anything that is called with the inputs one by one, up to 8: a function, or a module (by its
/// call or its `forward`). A module's named parameters are checked too; its buffers are float64 during the
/// check.
template <OtherThan<GradcheckFunction> F>
GradcheckResult gradcheck(F&& f, const std::vector<Variable>& inputs, const GradcheckOptions& options = {},
                          std::vector<NamedVariable> leaves = {}) {
  const GradcheckFunction function = [&f](const std::vector<Variable>& x) {
    return call_with("gradcheck", f, x);
  };
  if constexpr (requires { f.named_parameters(); }) {
    for (const auto& [name, parameter] : f.named_parameters()) leaves.push_back({name, parameter});
    if constexpr (requires { f.named_buffers(); }) {
      for (const auto& [name, buffer] : f.named_buffers()) leaves.push_back({name, buffer});
    }
  }
  return gradcheck(function, inputs, options, leaves);
}

}  // namespace xgrad
