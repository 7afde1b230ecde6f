#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

struct FusedAttentionOptions {
  double scale = 1;                ///< of the scores
  bool causal = false;             ///< query i sees key j when j ≤ i + T_k − T_q; T_q ≤ T_k
  bool causal_upper_left = false;  ///< query i sees key j when j ≤ i
  /// Additive (floating, −∞ forbids) or boolean (true keeps), broadcast to (B, H, T_q, T_k); none if
  /// undefined. A constant: it gets no gradient.
  Tensor mask = {};
};

/// softmax(s q kᵀ + mask) v as one node: q (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v) → (B, H, T_q,
/// d_v). A query that sees no key gives 0 and gradient 0; one whose keys all have a score of −∞, without the
/// mask's doing, gives NaN. A hidden key's weight is 0, but it is read: a NaN or ∞ in its k or v spreads, in
/// the way forward or back. Floating dtypes, one for all three.
///
/// The scores, T_q × T_k for each head, are made a tile at a time and never stand in memory; a tile's softmax
/// is put right as later tiles raise the maximum. The backward pass makes them again, from the logarithm of
/// each row's sum (Dao et al. 2022, "FlashAttention"; Dao 2023, "FlashAttention-2"). In memory the result is
/// (B, T_q, H, d_v), so that joining the heads is a view.
Variable fused_attention(const Variable& q, const Variable& k, const Variable& v,
                         const FusedAttentionOptions& options = {});

}  // namespace xgrad
