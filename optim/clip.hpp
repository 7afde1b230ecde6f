#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad::optim {

/// Scales the gradients, in place, so that their joint 2-norm is at most max_norm (Pascanu et al. 2013,
/// section 3.2). The factor is max_norm / (norm + 1e-6), if that is below 1. Returns the norm before. Skips
/// frozen parameters and those without a gradient, like an optimiser. Throws if a parameter is undefined or
/// listed twice, or if the norm is not finite; then nothing has changed.
double clip_grad_norm_(const std::vector<Variable>& parameters, double max_norm);

/// Clips each element of the gradients, in place, to [−clip_value, clip_value]. NaN stays. Skips parameters
/// as `clip_grad_norm_` does. Throws if a parameter is undefined or listed twice; then nothing has changed.
void clip_grad_value_(const std::vector<Variable>& parameters, double clip_value);

}  // namespace xgrad::optim
