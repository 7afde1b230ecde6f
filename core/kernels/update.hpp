#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// One step of an optimiser in place. All Tensors are contiguous and have one shape and floating dtype. An
// undefined one leaves its part of the formula out. Raises no version.

struct SGDConstants {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
};
void sgd(const SGDConstants& constants, const Tensor& grad, const Tensor& parameter, const Tensor& velocity);

struct AdamWConstants {
  double lr, beta1, beta2, eps;
  double weight_decay, grad_decay;  ///< AdamW's, and Adam's in the gradient
  bool maximize;
  std::int64_t step;  ///< t, counted from 1
};
void adamw(const AdamWConstants& constants, const Tensor& grad, const Tensor& parameter, const Tensor& m,
           const Tensor& v, const Tensor& max_v);

struct RMSpropConstants {
  double lr, alpha, eps, momentum, weight_decay;
  bool maximize;
};
void rmsprop(const RMSpropConstants& constants, const Tensor& grad, const Tensor& parameter,
             const Tensor& square, const Tensor& velocity, const Tensor& mean);

}  // namespace xgrad::kernels
