#pragma once

#include <xgrad/core/tensor.hpp>

namespace xgrad::kernels {

// Over one dim, any other dims are independent rows. Results are new and contiguous.

/// exp(s − max s) / Σ exp(s − max s), where s is scale · x, plus the mask or only where it holds. The mask
/// may be undefined; it is read through its own strides, whatever x's shape.
Tensor softmax(const Tensor& x, int dim, double scale, const Tensor& mask, bool zero_if_all_masked);
/// scale · y ⊙ (g − Σ g y)
Tensor softmax_backward(const Tensor& g, const Tensor& y, int dim, double scale);

Tensor log_softmax(const Tensor& x, int dim);
/// g − exp(y) Σ g
Tensor log_softmax_backward(const Tensor& g, const Tensor& y, int dim);

}  // namespace xgrad::kernels
