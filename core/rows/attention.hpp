#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>
#include <xgrad/core/rows/mask.hpp>

namespace xgrad::kernels {

/// The scores of some queries with some keys: `rows` rows of `keys` numbers.
template <class T>
struct ScoreTile {
  T* scores;
  std::int64_t rows, keys;
  std::int64_t seen;  ///< row r sees only the first seen + r keys: a tile on the causal diagonal
  MaskRows<T> mask;
};

/// For each query: the sum of its scores' gradients over all tiles, which is 0 but for rounding, and the key
/// with more than half of the weight, −1 if there is none.
template <class T>
struct RowRests {
  T* rest;
  std::int64_t* leading_key;
};

/// A tile of the backward pass. max, inverse_sum, dot and rests have a number for each row.
template <class T>
struct TileGradients {
  const T *max, *inverse_sum;
  const T* dot;            ///< Σ gradient · weight of the whole row
  T* gradients;            ///< of the weights; may be null
  RowRests<T> rests;       ///< the sums of the results are added to them
  std::int64_t first_key;  ///< the tile's
};

template <class T>
struct AttentionRows {
  /// One step of the softmax. Scores become e = exp(score − max), where max is each row's largest so far, and
  /// sum grows by them. The earlier sum and output (unless null) are scaled to the new max. A row starts with
  /// max −∞ and sum 0. Its sum is 1 while it has seen only scores of −∞.
  void (*softmax_step)(const ScoreTile<T>& tile, T* max, T* sum, T* output, std::int64_t output_step,
                       std::int64_t d);
  /// The last step: output / sum, and sum becomes 1 / sum. A row that saw nothing gets 0 for both, and ∞ for
  /// its max, so that exp(score − ∞) stays 0. A row that saw only scores of −∞ gets NaN for both.
  void (*softmax_end)(T* max, T* sum, T* output, std::int64_t output_step, std::int64_t rows, std::int64_t d);
  /// dot[r] = Σ a[r] b[r]
  void (*dots)(const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* dot, std::int64_t rows,
               std::int64_t d);
  /// Scores become weights = exp(score − max) · inverse_sum. The gradients of the weights become those of the
  /// scores: weights ⊙ (gradients − dot).
  void (*weights_and_gradients)(const ScoreTile<T>& tile, const TileGradients<T>& of);
};

}  // namespace xgrad::kernels
