#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// x (..., d) with its first n pairs rotated: (a, b) becomes (a cos − b sin, a sin + b cos). Pair i is
/// (x[2i], x[2i + 1]) if they are interleaved, else (x[i], x[i + n]). cos and sin have n elements and x's
/// dtype, and broadcast to the shape (..., n). The result is new and contiguous.
Tensor rotary(const Tensor& x, const Tensor& cos, const Tensor& sin, bool interleaved);

/// base^(−i / n) for i < n: float64.
Tensor rotary_frequencies(std::int64_t n, double base);

/// cos and sin of position · frequency, computed in double: positions int64 of any shape, and n frequencies
/// float64, both contiguous → two Tensors (..., n) of a floating dtype.
struct RotaryTable {
  Tensor cos, sin;
};
RotaryTable rotary_table(const Tensor& positions, const Tensor& frequencies, DType dtype);

}  // namespace xgrad::kernels
