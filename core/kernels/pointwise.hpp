#pragma once

#include <xgrad/core/tensor.hpp>

namespace xgrad::kernels {

// Elementwise; results are new and contiguous. Errors name the op.

Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor relu(const Tensor& x);

Tensor gelu(const Tensor& x);
Tensor gelu_tanh(const Tensor& x);
Tensor gelu_backward(const Tensor& g, const Tensor& x);  ///< g · gelu'(x), of one shape and dtype
Tensor gelu_tanh_backward(const Tensor& g, const Tensor& x);

}  // namespace xgrad::kernels
