#pragma once

#include <utility>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

// The largest and the smallest elements. A dim of size 0 throws.

/// The largest element over the given dims, or over all if none is given. Equal elements share the gradient
/// evenly. NaN if there is one.
Variable amax(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);
/// The smallest element, by the same rules.
Variable amin(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

/// The largest of all elements. Equal elements share the gradient evenly, and so do NaNs.
Variable max(const Variable& x);
/// The smallest of all elements, by the same rules.
Variable min(const Variable& x);

/// The largest element along `dim`, and its index (int64). The first of equal elements is taken, and gets the
/// whole gradient. A NaN counts as largest.
std::pair<Variable, Tensor> max(const Variable& x, Dim dim, KeepDim keepdim = false);
/// The smallest element along `dim`, by the same rules. A NaN counts as smallest.
std::pair<Variable, Tensor> min(const Variable& x, Dim dim, KeepDim keepdim = false);

/// The index (int64) of the largest of all elements in `flatten(x)`, the first of equals. A NaN counts as
/// largest.
Tensor argmax(const Variable& x);
/// The index (int64) of the smallest of all elements, by the same rules.
Tensor argmin(const Variable& x);
/// The index (int64) of the largest element along `dim`, the first of equals. A NaN counts as largest.
Tensor argmax(const Variable& x, Dim dim, KeepDim keepdim = false);
/// The index (int64) of the smallest element along `dim`, the first of equals. A NaN counts as smallest.
Tensor argmin(const Variable& x, Dim dim, KeepDim keepdim = false);

}  // namespace xgrad
