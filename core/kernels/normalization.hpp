#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// y and, for the way back, each row's mean, as two numbers that sum to it (..., 2), and 1/√(variance + eps)
/// (...).
struct LayerNorm {
  Tensor y, mean, rstd;
};

/// Over the last dim. gamma and beta of that dim's size, or undefined.
LayerNorm layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double eps);

struct LayerNormGradients {
  Tensor dx, dgamma, dbeta;  ///< undefined where not wanted
};

LayerNormGradients layer_norm_backward(const Tensor& g, const Tensor& x, const Tensor& gamma,
                                       const Tensor& mean, const Tensor& rstd, bool wants_x,
                                       bool wants_affine);

/// y and, for the way back, each row's 1/√(mean(x²) + eps) (...).
struct RmsNorm {
  Tensor y, rstd;
};

/// Over the last dim. gamma of that dim's size, or undefined.
RmsNorm rms_norm(const Tensor& x, const Tensor& gamma, double eps);

struct RmsNormGradients {
  Tensor dx, dgamma;  ///< undefined where not wanted
};

RmsNormGradients rms_norm_backward(const Tensor& g, const Tensor& x, const Tensor& gamma, const Tensor& rstd,
                                   bool wants_x, bool wants_gamma);

}  // namespace xgrad::kernels
