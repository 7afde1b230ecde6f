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
/// d_v). One floating dtype for all three. A query that sees no key because of the mask gives 0 and gradient
/// 0. A query whose scores are all −∞ by themselves gives NaN. A hidden key has weight 0, but its k and v are
/// read: a NaN or ∞ in them spreads, forward or backward.
///
/// The scores, T_q × T_k for each head, are computed one tile at a time and never stored as a whole. If a
/// later tile raises a row's maximum, the earlier sums are rescaled. The backward pass computes the scores
/// again, from each row's maximum and sum (Dao et al. 2022, "FlashAttention"; Dao 2023, "FlashAttention-2").
/// The result is (B, T_q, H, d_v) in memory, so that joining the heads is a view.
Variable fused_attention(const Variable& q, const Variable& k, const Variable& v,
                         const FusedAttentionOptions& options = {});

}  // namespace xgrad
