#pragma once

#include <cstdint>
#include <utility>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

// Elements in the order of their size, along one dim: the values and their indices (int64). Equal elements
// keep their order, and a NaN counts as largest. A value's gradient goes to the element at its index.

/// All elements along `dim`: the smallest first, or the largest first if `descending`.
std::pair<Variable, Tensor> sort(const Variable& x, Dim dim = -1, bool descending = false);
/// The indices alone.
Tensor argsort(const Variable& x, Dim dim = -1, bool descending = false);
/// The k largest elements along `dim`, the largest first; or, without `largest`, the k smallest, the smallest
/// first. 0 ≤ k ≤ the dim's size.
std::pair<Variable, Tensor> topk(const Variable& x, std::int64_t k, Dim dim = -1, bool largest = true);

}  // namespace xgrad
