#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/generator.hpp>

namespace xgrad {

struct FusedAttentionOptions {
  double scale = 1;                ///< s of the scores
  double softcap = 0;              ///< c in c tanh(scores / c), before the mask; 0: none
  bool causal = false;             ///< query i sees key j when j ≤ p = i + T_k − T_q; T_q ≤ T_k
  bool causal_upper_left = false;  ///< query i sees key j when j ≤ i
  std::int64_t window_left = -1;   ///< p − window_left ≤ j; T_q ≤ T_k; −1: no bound
  std::int64_t window_right = -1;  ///< j ≤ p + window_right; T_q ≤ T_k; −1: no bound
  /// Additive (floating, −∞ forbids) or boolean (true keeps), broadcast to (B, H, T_q, T_k); none if
  /// undefined. A constant: it gets no gradient.
  Tensor mask = {};
  /// Is added to the scores like an additive mask, and gets a gradient.
  Variable bias = {};
  double dropout = 0;              ///< p of the weights; the node then keeps a boolean for each weight
  Generator* generator = nullptr;  ///< draws for dropout; null: the default one
};

/// softmax(c tanh(s q kᵀ / c) + mask) v as one node: q (B, H, T_q, d), k (B, H_k, T_k, d), v (B, H_k, T_k,
/// d_v) → (B, H, T_q, d_v). H_k divides H: query head h reads key head h / (H / H_k). One floating dtype for
/// all three. A query that sees no key because of the mask gives 0 and gradient 0. A query whose scores are
/// all −∞ by themselves gives NaN. A hidden key has weight 0, but its k and v are read: a NaN or ∞ in them
/// spreads, forward or backward.
///
/// The scores, T_q × T_k for each head, are computed one tile at a time and never stored as a whole. If a
/// later tile raises a row's maximum, the earlier sums are rescaled. The backward pass computes the scores
/// again, from each row's maximum and sum (Dao et al. 2022, "FlashAttention"; Dao 2023, "FlashAttention-2").
/// The result is (B, T_q, H, d_v) in memory, so that joining the heads is a view.
Variable fused_attention(const Variable& q, const Variable& k, const Variable& v,
                         const FusedAttentionOptions& options = {});

}  // namespace xgrad
