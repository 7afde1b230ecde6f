#pragma once

#include <utility>

#include <xgrad/core/random.hpp>
#include <xgrad/core/variable.hpp>

namespace xgrad {

// Without gradients: which elements, not how much of them.

/// The index (int64) of the largest element along `dim`, the first of equals; a NaN counts as largest.
Tensor argmax(const Variable& x, int dim, bool keepdim = false);

/// The index (int64) of the smallest element along `dim`, the first of equals; a NaN counts as smallest.
Tensor argmin(const Variable& x, int dim, bool keepdim = false);

/// (...) int64 → (..., classes) int64: 1 at the index, 0 elsewhere. Without a number of classes, there is one
/// more than the largest index.
Tensor one_hot(const Variable& index, std::int64_t classes = -1);

/// The k largest along `dim`, largest first, and their indices (int64).
std::pair<Tensor, Tensor> topk(const Variable& x, std::int64_t k, int dim = -1);

/// `count` indices (int64) drawn from each row of non-negative weights: (V) → (count), (N, V) → (N, count).
Tensor multinomial(const Variable& weights, std::int64_t count, bool replacement = false,
                   Generator& generator = default_generator());

}  // namespace xgrad
