#pragma once

#include <functional>
#include <string>
#include <vector>

#include <xgrad/core/variable.hpp>

namespace xgrad {

struct GradcheckOptions {
  int order = 1;  ///< 2 checks the gradient of the gradient
  double rtol =
      1e-6;  ///< bound: max |analytic − numeric| ≤ atol + rtol · max(|analytic|, |numeric|), per input
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

/// Compares the gradients of f(inputs) with finite differences, in float64.
GradcheckResult gradcheck(const std::function<Variable(const std::vector<Variable>&)>& f,
                          const std::vector<Variable>& inputs, const GradcheckOptions& options = {});

}  // namespace xgrad
