#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// The scores of some queries with some keys, and which of them count: `rows` rows of `keys` numbers.
template <class T>
struct ScoreTile {
  T* scores;
  std::int64_t rows, keys;
  std::int64_t seen;       ///< row r sees the first seen + r keys alone: a tile on the causal diagonal
  const T* added;          ///< null, or added to the scores
  const bool* kept;        ///< null, or where the scores count
  std::int64_t mask_step;  ///< from one row of the mask to the next; 0 where one serves all
};

/// For each of some queries: the sum of its scores' gradients over all tiles, which is 0 but for rounding,
/// and the key with more than half of the weight, −1 if there is none.
template <class T>
struct RowRests {
  T* rest;
  std::int64_t* leading_key;
};

template <class T>
struct AttentionRows {
  /// A step of the softmax, tile by tile: scores become e = exp(score − max), where max is each row's largest
  /// so far, sum grows by them, and what was summed before (sum and, unless null, output) is brought to the
  /// new max. A row starts with max −∞ and sum 0. Its sum is 1 while it has seen only scores of −∞.
  void (*softmax_step)(const ScoreTile<T>& tile, T* max, T* sum, T* output, std::int64_t output_step,
                       std::int64_t d);
  /// The last step: output / sum, and sum becomes 1 / sum. A row that saw nothing gets 0 for both, and ∞ for
  /// its max, so that exp(score − ∞) stays 0; one that saw only scores of −∞ gets NaN for both.
  void (*softmax_end)(T* max, T* sum, T* output, std::int64_t output_step, std::int64_t rows, std::int64_t d);
  /// dot[r] = Σ a[r] b[r]
  void (*dots)(const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* dot, std::int64_t rows,
               std::int64_t d);
  /// Scores become weights = exp(score − max) · inverse_sum; the gradients of the weights, unless null,
  /// become those of the scores: weights ⊙ (gradients − dot), and are added to `rests`. The tile starts with
  /// `first_key`.
  void (*softmax_backward)(const ScoreTile<T>& tile, const T* max, const T* inverse_sum, const T* dot,
                           T* gradients, const RowRests<T>& rests, std::int64_t first_key);
};

}  // namespace xgrad::kernels
