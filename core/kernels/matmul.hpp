#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Matrix products over the last two dims; the dims before them broadcast. Operands are read where they lie,
// whatever the order of their strides, and copied only where neither of the last two strides is 1 or elements
// repeat. The caller has checked shapes and dtypes.

/// (..., M, K) @ (..., K, N) → (..., M, N), new. Contiguous, unless an operand's matrices lie interleaved, as
/// heads do; the result's then lie so too, and joining the heads moves no element.
Tensor matmul(const Tensor& a, const Tensor& b);

/// c = alpha · a b + beta · c, where c has the product's shape and any strides without repeats. With beta =
/// 0, c is not read. Raises no version.
void matmul_into(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta);

/// x Wᵀ + bias: x (..., M, in), weight (out, in), bias (out) or undefined → (..., M, out), new and
/// contiguous.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace xgrad::kernels
