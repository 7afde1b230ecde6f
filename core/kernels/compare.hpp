#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Boolean Tensors, new and contiguous; NumPy broadcasting, and operands of different dtypes meet in the
// promoted one. Errors name the op.
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);

Tensor logical_not(const Tensor& x);  ///< x == 0
Tensor isnan(const Tensor& x);

}  // namespace xgrad::kernels
