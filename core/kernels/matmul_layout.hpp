#pragma once

// How matrices lie in memory: which ones gemm reads in place, and how a product's are laid out.

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// How gemm reads a matrix: as rows or, transposed, as columns, that begin `leading` elements apart. With
/// leading = 0 gemm cannot read it: neither stride is 1, or elements repeat.
struct MatrixLayout {
  bool transposed = false;
  std::int64_t leading = 0;
  explicit operator bool() const { return leading > 0; }
};

/// The layout of x's last two dims.
MatrixLayout matrix_layout(const Tensor& x);

/// A copy that gemm can read. It holds a matrix that a broadcast repeats only once.
Tensor readable_copy(const Tensor& x);

inline std::int64_t row_stride(const Tensor& x) { return x.strides()[x.dim() - 2]; }
inline std::int64_t column_stride(const Tensor& x) { return x.strides()[x.dim() - 1]; }

/// The dims before the last two.
inline Shape batch_of(const Tensor& x) { return x.shape().without_last().without_last(); }
Shape product_shape(const Tensor& a, const Tensor& b);

/// A new Tensor of the product's shape. It is contiguous unless an operand's matrices lie interleaved row by
/// row, as attention's heads do: (B, T, H, d) seen as (B, H, T, d). The product's matrices then do too.
Tensor empty_in_natural_order(const Tensor& a, const Tensor& b, const Shape& shape);

}  // namespace xgrad::kernels
