#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Rows of a table: indices (...) int64, weight (V, D) → (..., D). Throws if an index is out of range. The
/// gradients of a row that is read several times add up in double.
Variable embedding(const Variable& indices, const Variable& weight);

/// (...) int64 → (..., classes) int64: 1 at the index, 0 elsewhere. Without a number of classes, there is one
/// more than the largest index. No gradient.
Tensor one_hot(const Variable& indices, std::int64_t classes = -1);

}  // namespace xgrad
