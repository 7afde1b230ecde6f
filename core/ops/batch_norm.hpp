#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Batch normalization (Ioffe & Szegedy 2015, algorithm 1) of x (N, C, ...): y = (x − μ) / √(σ² + eps) · γ +
/// β, with one μ, σ², γ and β for each of the C channels. In training, μ and σ² (without Bessel's correction)
/// are those of the batch, and running_mean and running_var, unless undefined, move towards them, in place:
/// running = (1 − momentum) · running + momentum · batch, with Bessel's correction in the variance. Otherwise
/// μ and σ² are the running ones, as constants. x is floating, of at least two dims; the others have the
/// shape (C) and x's dtype, γ and β may be undefined. A batch without elements gives an empty result and
/// moves nothing. Throws in training if there is one value per channel, which has no variance.
Variable batch_norm(const Variable& x, const Variable& running_mean, const Variable& running_var,
                    const Variable& gamma = {}, const Variable& beta = {}, bool training = false,
                    double momentum = 0.1, double eps = 1e-5);

}  // namespace xgrad
