#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/generator.hpp>

namespace xgrad {

// Without gradients: the indices of elements.

/// The index (int64) of the largest element along `dim`, the first of equals; a NaN counts as largest.
Tensor argmax(const Variable& x, Dim dim, KeepDim keepdim = false);

/// The index (int64) of the smallest element along `dim`, the first of equals; a NaN counts as smallest.
Tensor argmin(const Variable& x, Dim dim, KeepDim keepdim = false);

/// (...) int64 → (..., classes) int64: 1 at the index, 0 elsewhere. Without a number of classes, there is one
/// more than the largest index.
Tensor one_hot(const Variable& index, std::int64_t classes = -1);

/// `count` indices (int64) drawn from each row of weights, i with probability w_i / Σ_j w_j: (V) → (count),
/// (N, V) → (N, count). With replacement by the inverse of the cumulative distribution; without, the largest
/// w_i / e_i are taken, with e_i exponentially distributed. Both draw PyTorch's numbers.
///
/// Weights are floating, finite and not negative, and need not sum to 1. Throws if they are otherwise, if a
/// row has none above 0 or, without replacement, fewer than `count`, and unless count ≥ 1.
Tensor multinomial(const Variable& weights, std::int64_t count, bool replacement = false,
                   Generator& generator = default_generator());

}  // namespace xgrad
