#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

// Products. Those of integers and booleans are int64. Gradients are right where elements are 0: they are
// products of the other elements, not quotients.

/// Π x over the given dims, or over all. 1 if there are no elements.
Variable prod(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

/// y_i = x_0 · ... · x_i along `dim`.
Variable cumprod(const Variable& x, Dim dim);

}  // namespace xgrad
