#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// One AdamW step in place; all four Tensors are contiguous and of one shape and floating dtype. Raises no
/// version.
struct AdamWConstants {
  double lr, beta1, beta2, eps, weight_decay;
  std::int64_t step;  ///< t, counted from 1
};
void adamw(const AdamWConstants& constants, const Tensor& grad, const Tensor& parameter, const Tensor& m,
           const Tensor& v);

}  // namespace xgrad::kernels
