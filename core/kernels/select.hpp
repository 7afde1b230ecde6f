#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Results are new and contiguous. Errors name the op.

/// a where the condition holds, else b, all broadcast. A value that is not chosen is not read as a number.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value);
/// factor · x where the mask holds, 0 · x elsewhere; the mask is contiguous and has x's shape.
Tensor masked_scale(const Tensor& x, const Tensor& mask, double factor);

}  // namespace xgrad::kernels
