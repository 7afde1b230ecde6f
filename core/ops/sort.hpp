#pragma once

#include <cstdint>
#include <utility>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

// By size, along one dim: values, which have a gradient, and where they stood (int64). A NaN counts as
// largest in sort and topk, and is both the largest and the smallest in max and min. Each value's gradient
// goes to the element it was taken from, also where others are equal.

/// The largest along `dim`, the first of equals. A dim of size 0 throws.
std::pair<Variable, Tensor> max(const Variable& x, Dim dim, KeepDim keepdim = false);
/// The smallest along `dim`, the first of equals. A dim of size 0 throws.
std::pair<Variable, Tensor> min(const Variable& x, Dim dim, KeepDim keepdim = false);
/// The k largest along `dim`, largest first; of equals the first. 0 ≤ k ≤ the dim's size.
std::pair<Variable, Tensor> topk(const Variable& x, std::int64_t k, Dim dim = -1);
/// All along `dim`, smallest first, or largest first if `descending`; equals stay in their order.
std::pair<Variable, Tensor> sort(const Variable& x, Dim dim = -1, bool descending = false);

}  // namespace xgrad
