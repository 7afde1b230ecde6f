#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// A softmax runs over one dim; the other dims hold independent rows. Results are written to the last
// argument, which is contiguous, and may be x (g) itself.

/// y = exp(s − max s) / Σ exp(s − max s), with s = scale · x + mask. A boolean mask instead leaves out the
/// elements where it is false. The mask may be undefined, and is read through its own strides.
/// `zero_if_all_masked`: a row that the mask hides gives 0.
void softmax(const Tensor& x, int dim, double scale, const Tensor& mask, bool zero_if_all_masked,
             const Tensor& y);
/// dx = scale · y ⊙ (g − Σ g y), of a y that adds up to 1 or is 0
void softmax_backward(const Tensor& g, const Tensor& y, int dim, double scale, const Tensor& dx);

void log_softmax(const Tensor& x, int dim, const Tensor& y);
/// dx = g − exp(y) Σ g, where Σ exp(y) = 1
void log_softmax_backward(const Tensor& g, const Tensor& y, int dim, const Tensor& dx);

}  // namespace xgrad::kernels
