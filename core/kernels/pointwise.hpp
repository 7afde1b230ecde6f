#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Elementwise. A Tensor that is returned is new and contiguous; gelu's slopes are written where the caller
// says. Errors name the op.

Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor relu(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor abs(const Tensor& x);                             ///< int64 too
Tensor sign(const Tensor& x);                            ///< −1, 0 or 1, and 0 of NaN; int64 too
Tensor mul_by_sign(const Tensor& g, const Tensor& x);    ///< g · sign(x), of one shape and dtype
Tensor clamp(const Tensor& x, double low, double high);  ///< min(max(x, low), high)
Tensor clamp_backward(const Tensor& g, const Tensor& x, double low, double high);  ///< g where x is within

Tensor sigmoid(const Tensor& x);
Tensor sigmoid_backward(const Tensor& g, const Tensor& x);
Tensor tanh_backward(const Tensor& g, const Tensor& x);
Tensor silu(const Tensor& x);
Tensor silu_backward(const Tensor& g, const Tensor& x);
Tensor softplus(const Tensor& x, double beta, double threshold);
Tensor softplus_backward(const Tensor& g, const Tensor& x, double beta, double threshold);

Tensor normal_cdf(const Tensor& x);  ///< Φ(x), the share of a standard normal below x
Tensor gelu(const Tensor& x);
Tensor gelu_tanh(const Tensor& x);
/// dx = g · gelu'(x), all of one shape and dtype; dx is contiguous, and may be g itself.
void gelu_backward(const Tensor& g, const Tensor& x, const Tensor& dx);
void gelu_tanh_backward(const Tensor& g, const Tensor& x, const Tensor& dx);

}  // namespace xgrad::kernels
