#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// The options of AdamW, and the number of the step.
struct AdamWConstants {
  double lr, beta1, beta2, eps, weight_decay;
  std::int64_t step;  ///< t, counted from 1
};
/// One AdamW step in place. All four Tensors are contiguous and have one shape and floating dtype. Raises no
/// version.
void adamw(const AdamWConstants& constants, const Tensor& grad, const Tensor& parameter, const Tensor& m,
           const Tensor& v);

}  // namespace xgrad::kernels
