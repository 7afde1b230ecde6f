#pragma once

// How matrices lie in memory: which of them gemm can read where they are, and how a product's are laid out.

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// How gemm reads a matrix: as it stands or transposed, with so many elements from one row (column) to the
/// next. With 0 it cannot: neither of the strides is 1, or elements repeat.
struct Layout {
  bool transposed = false;
  std::int64_t leading = 0;
  explicit operator bool() const { return leading > 0; }
};

/// Of x's last two dims.
Layout layout(const Tensor& x);

/// A copy that gemm can read; what a broadcast repeats is copied once.
Tensor readable_copy(const Tensor& x);

inline std::int64_t row_stride(const Tensor& x) { return x.strides()[x.dim() - 2]; }
inline std::int64_t column_stride(const Tensor& x) { return x.strides()[x.dim() - 1]; }

/// The dims before the last two.
Shape batch_of(const Tensor& x);
Shape product_shape(const Tensor& a, const Tensor& b);

/// New, of the product's shape. Contiguous, unless the matrices of an operand lie interleaved row by row, as
/// heads do: (B, T, H, d) seen as (B, H, T, d). The product's then lie so too.
Tensor empty_in_natural_order(const Tensor& a, const Tensor& b, const Shape& shape);

}  // namespace xgrad::kernels
