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
  std::int64_t first, end;  ///< row r sees the keys from first + r to before end + r: a tile on a diagonal
  MaskRows<T> added, kept;  ///< either may be null
  T softcap;                ///< c in c tanh(score), where the scores are divided by c already; 0: none
};

/// For each query: the sum of its scores' gradients over all tiles, which is 0 but for rounding, the key
/// with more than half of the weight, −1 if there is none, and the slope of that key's softcap.
template <class T>
struct RowRests {
  T* rest;
  std::int64_t* leading_key;
  T* leading_slope;
};

/// A tile of the backward pass. max, inverse_sum, dot and rests have a number for each row.
template <class T>
struct TileGradients {
  const T *max, *inverse_sum;
  const T* dot;            ///< Σ gradient · weight of the whole row
  T* gradients;            ///< of the weights; may be null
  T* slopes;               ///< memory for the softcap's slopes; null without a softcap
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
  /// scores after the softcap: weights ⊙ (gradients − dot).
  void (*weights_and_gradients)(const ScoreTile<T>& tile, const TileGradients<T>& of);
  /// x[i] becomes factor · x[i] if kept[i], else 0.
  void (*drop)(T* x, const bool* kept, T factor, std::int64_t n);
  /// x[i] becomes x[i] y[i].
  void (*multiply)(T* x, const T* y, std::int64_t n);
};

}  // namespace xgrad::kernels
