#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Results are new and contiguous. Errors name the op.

/// a if the condition holds, else b, elementwise with broadcasting. A NaN that is not chosen has no effect.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value);
/// factor · x if the mask holds, else 0 · x. The mask is contiguous and has x's shape.
Tensor masked_scale(const Tensor& x, const Tensor& mask, double factor);

}  // namespace xgrad::kernels
