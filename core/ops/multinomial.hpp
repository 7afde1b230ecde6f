#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/generator.hpp>

namespace xgrad {

/// `count` indices (int64) drawn from each row of weights, i with probability w_i / Σ_j w_j: (V) → (count),
/// (N, V) → (N, count). With replacement, indices are drawn by the inverse of the cumulative distribution.
/// Without it, the largest w_i / e_i are taken, with e_i exponentially distributed. Both draw PyTorch's
/// numbers. No gradient.
///
/// Weights are floating, finite and not negative; they need not sum to 1. Throws if they are not, if count <
/// 1, if a row has no weight above 0 or, without replacement, if it has fewer than `count`.
Tensor multinomial(const Variable& weights, std::int64_t count, bool replacement = false,
                   Generator& generator = default_generator());

}  // namespace xgrad
