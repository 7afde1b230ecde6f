#include <xgrad/optim/clip.hpp>

#include <cmath>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/optim/parameters.hpp>

namespace xgrad::optim {

double clip_grad_norm_(const std::vector<Variable>& parameters, double max_norm) {
  if (!(max_norm >= 0)) fail("clip_grad_norm_", "max_norm must not be negative or NaN, got ", max_norm);
  check_parameters("clip_grad_norm_", parameters);
  double norm = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!has_gradient_to_use(parameters[i])) continue;
    norm = std::hypot(norm, kernels::two_norm(parameters[i].grad()));
    if (!std::isfinite(norm)) {
      fail_state("clip_grad_norm_", "the norm of the gradients is ", std::isnan(norm) ? "nan" : "inf",
                 " from parameter ", i, " on, of shape ", parameters[i].shape());
    }
  }
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1) return norm;
  for (const Variable& parameter : parameters) {
    if (has_gradient_to_use(parameter)) parameter.grad().mul_(factor);
  }
  return norm;
}

void clip_grad_value_(const std::vector<Variable>& parameters, double clip_value) {
  if (!(clip_value >= 0))
    fail("clip_grad_value_", "clip_value must not be negative or NaN, got ", clip_value);
  check_parameters("clip_grad_value_", parameters);
  for (const Variable& parameter : parameters) {
    if (!has_gradient_to_use(parameter)) continue;
    const Tensor& gradient = parameter.grad();
    gradient.copy_(clamp(gradient, -clip_value, clip_value).value());
  }
}

}  // namespace xgrad::optim
