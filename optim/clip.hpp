#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad::optim {

/// Scales the gradients, in place, so that their joint 2-norm is at most max_norm (Pascanu et al. 2013,
/// section 3.2): by max_norm / (norm + 1e-6) where that is below 1. Returns the norm before. Parameters
/// without a gradient and frozen ones are passed over, as by an optimiser. Throws where a parameter is
/// undefined or comes twice, or the norm is not finite; then nothing has been changed.
double clip_grad_norm_(const std::vector<Variable>& parameters, double max_norm);

}  // namespace xgrad::optim
