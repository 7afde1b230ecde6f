#pragma once

#include <optional>

#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/mask.hpp>

// Attention (Vaswani et al. 2017, section 3.2.1). Letters in shapes: B batch, H heads, T sequence (T_q
// queries, T_k keys), d head size.

namespace xgrad::nn {

/// The scores of queries with keys, at each stage on the way to the weights.
enum class Scores {
  none,        ///< no scores: the result has the weights, unless attention runs as one node
  scaled,      ///< s q kᵀ, as they enter the softcap; hidden keys are read too
  softcapped,  ///< c tanh(s q kᵀ / c), before the mask; without a softcap the same as `scaled`
  masked,      ///< with the mask: −∞ where a key is hidden
  weights,     ///< after the softmax and before dropout
};

struct AttentionOptions {
  Mask mask = {};
  const Dropout* dropout = nullptr;  ///< drops weights before the product with v
  std::optional<double> scale = {};  ///< s; 1 / √d if not given
  /// c in c tanh(scores / c), which keeps the scores within (−c, c) (Gemma Team 2024, section 2); 0: none.
  /// The mask comes after it.
  double softcap = 0;
  Scores scores = Scores::none;   ///< returned in place of the weights
  std::int64_t num_heads = 1;     ///< of inputs of 3 dims
  std::int64_t num_kv_heads = 0;  ///< of k and v of 3 dims; 0 means num_heads
  /// One node, `fused_attention`, in place of matmul, softmax and matmul: the weights take no memory. It
  /// takes every option but `scores`: where those are asked for, the three nodes run.
  bool fused = false;
  /// The caller knows that keys which the mask hides hold finite numbers. Otherwise they are set to 0 first,
  /// since a weight of 0 does not keep a NaN out of the products.
  bool hidden_keys_are_finite = false;
};

struct AttentionOutput {
  Variable output;
  /// (B, H, T_q, T_k): how much each query attends to each key, before dropout. A row sums to 1, or is 0
  /// where the mask leaves no key. Or, in their place, the scores that `AttentionOptions::scores` names.
  /// Undefined if attention ran as one node.
  Variable weights;
};

/// softmax(s q kᵀ + mask) v for every head. q (B, H, T_q, d), k (B, H_k, T_k, d), v (B, H_k, T_k, d_v) →
/// output (B, H, T_q, d_v). H_k divides H: H / H_k queries in a row share a key head, and query head h reads
/// key head h / (H / H_k) (Ainslie et al. 2023, "GQA", section 2.2).
///
/// Or in 3 dims, with the heads side by side: q (B, T_q, H d), k (B, T_k, H_k d), v (B, T_k, H_k d_v) →
/// output (B, T_q, H d_v), where H is `num_heads` and H_k `num_kv_heads`.
///
/// A query that sees no key gets 0, and gradient 0. A query whose scores are all −∞ without a mask gets NaN.
AttentionOutput scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                             const AttentionOptions& options = {});

}  // namespace xgrad::nn
