#pragma once

#include <string_view>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

// Masks of attention's scores: boolean (true keeps) or added to them (−∞ hides). And their softcap.

/// Throws naming `op` unless c of c tanh(scores / c) is 0, for none, or a positive number of the scores'
/// dtype that is neither subnormal nor infinite: scores / c must not overflow where c rounds to 0.
void check_softcap(std::string_view op, double softcap, DType dtype);

/// The mask as kernels take it: boolean or of the scores' dtype. An undefined mask stays undefined. Throws
/// naming `op` if the mask is int64 or does not broadcast to the scores.
Tensor checked_mask(std::string_view op, const Tensor& mask, const Shape& scores, DType dtype);

/// Which keys a query sees by their positions. Query i stands at p = i + T_k − T_q, so that the last query
/// stands at the last key, as with a cache of earlier keys. All conditions hold at once.
struct SeenPositions {
  bool causal = false;             ///< j ≤ p
  bool causal_upper_left = false;  ///< j ≤ i
  std::int64_t left = -1;          ///< p − left ≤ j; −1: no bound
  std::int64_t right = -1;         ///< j ≤ p + right; −1: no bound
};

/// Throws naming `op` if the last query should stand at the last key and some query stands before the first.
void check_positions(std::string_view op, const SeenPositions& seen, std::int64_t queries, std::int64_t keys);

/// A band of the scores: query i sees key j if i + first ≤ j ≤ i + last.
struct Band {
  std::int64_t first, last;
};

/// The band of these positions. It is (−T_q, T_k) where they hide nothing.
Band band_of(const SeenPositions& seen, std::int64_t queries, std::int64_t keys);

/// Whether the band hides a key from a query.
bool hides_any(const Band& band, std::int64_t queries, std::int64_t keys);

/// (1, 1, T_q, T_k) boolean: true in the band.
Tensor keep_band(const Band& band, std::int64_t queries, std::int64_t keys);

/// Boolean: which entries of a boolean or an additive mask show a key.
Tensor shown_by(const Tensor& mask);

/// The mask that also hides everything where `keep` is false.
Tensor keep_only(const Tensor& keep, const Tensor& mask);

}  // namespace xgrad
