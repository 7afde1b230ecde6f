#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// The matrix product as in PyTorch and NumPy. (..., M, K) @ (..., K, N) → (..., M, N), the leading dims
/// broadcast. A 1-D operand is a row on the left and a column on the right, and that dim is dropped from the
/// result. Transposed and sliced operands are read without a copy. Both operands have one floating dtype. One
/// or both may be bfloat16, which has no gradient, beside float32: the product then runs in mixed precision
/// (autograd/mixed_precision.hpp), and its result is float32. Throws `std::invalid_argument` if sizes or
/// dtypes do not fit, as do `bmm` and `linear`.
Variable matmul(const Variable& a, const Variable& b);

/// The products of the matrices of two batches: (B, M, K) @ (B, K, N) → (B, M, N), without broadcasting.
Variable bmm(const Variable& a, const Variable& b);

/// x Wᵀ + b, as in PyTorch: x (..., in), weight (out, in), bias (out) or undefined → (..., out).
Variable linear(const Variable& x, const Variable& weight, const Variable& bias = {});

}  // namespace xgrad
