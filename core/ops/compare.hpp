#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

// Boolean Tensors without gradients, with NumPy broadcasting and dtype promotion. A comparison with NaN is
// false, except ne.

Tensor eq(const Variable& a, const Variable& b);
Tensor ne(const Variable& a, const Variable& b);
Tensor lt(const Variable& a, const Variable& b);
Tensor le(const Variable& a, const Variable& b);
Tensor gt(const Variable& a, const Variable& b);
Tensor ge(const Variable& a, const Variable& b);
Tensor eq(const Variable& a, Scalar b);
Tensor ne(const Variable& a, Scalar b);
Tensor lt(const Variable& a, Scalar b);
Tensor le(const Variable& a, Scalar b);
Tensor gt(const Variable& a, Scalar b);
Tensor ge(const Variable& a, Scalar b);

Tensor isnan(const Variable& x);
Tensor logical_not(const Variable& x);  ///< x == 0
Tensor logical_and(const Variable& a, const Variable& b);
Tensor logical_or(const Variable& a, const Variable& b);

/// Whether some element is not 0, over the given dims or over all. False if there are no elements.
Tensor any(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);
/// Whether no element is 0, over the given dims or over all. True if there are no elements.
Tensor all(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

}  // namespace xgrad
