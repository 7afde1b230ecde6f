#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Matrix products over the last two dims; the dims before them broadcast. Operands are read in place, in any
// order of their strides. An operand is copied only if neither of its last two strides is 1 or its elements
// repeat. The caller has checked shapes and dtypes: both operands have one floating dtype, or both are
// bfloat16, and then the sums and the result are float32.

/// (..., M, K) @ (..., K, N) → (..., M, N), new. Contiguous unless an operand's matrices lie interleaved, as
/// attention's heads do. The result's matrices are then interleaved too, so joining the heads moves no
/// element.
Tensor matmul(const Tensor& a, const Tensor& b);

/// c = alpha · a b + beta · c. c has the product's shape and any strides without repeats. It is not read if
/// beta is 0. Raises no version.
void matmul_into(const Tensor& a, const Tensor& b, const Tensor& c, double alpha, double beta);

/// x Wᵀ + bias: x (..., M, in), weight (out, in), bias (out) or undefined → (..., M, out), new and
/// contiguous.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

/// The same in y, which has the result's shape and any strides without repeats. Raises no version.
void linear_into(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y);

}  // namespace xgrad::kernels
