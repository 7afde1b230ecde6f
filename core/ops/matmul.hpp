#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// The matrix product as in PyTorch and NumPy. (..., M, K) @ (..., K, N) → (..., M, N), the leading dims
/// broadcast. A 1-D operand is a row on the left and a column on the right, and that dim is dropped from the
/// result. Transposed and sliced operands are read without a copy. Both operands are float32, or both
/// float64, or one is bfloat16 and the other float32 or bfloat16. With bfloat16 the product runs in mixed
/// precision (autograd/mixed_precision.hpp): its result is float32, and the bfloat16 operand gets no
/// gradient. Throws `std::invalid_argument` if sizes or dtypes do not fit, as do `bmm` and `linear`.
Variable matmul(const Variable& a, const Variable& b);

/// The products of the matrices of two batches: (B, M, K) @ (B, K, N) → (B, M, N), without broadcasting.
Variable bmm(const Variable& a, const Variable& b);

/// x Wᵀ + b, as in PyTorch: x (..., in), weight (out, in), bias (out) or undefined → (..., out).
/// The bias is never bfloat16.
Variable linear(const Variable& x, const Variable& weight, const Variable& bias = {});

}  // namespace xgrad
