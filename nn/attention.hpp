#pragma once

#include <xgrad/nn/kv_cache.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/rope.hpp>
#include <xgrad/nn/scaled_dot_product_attention.hpp>

// Attention (Vaswani et al. 2017, section 3.2). Letters in shapes: B batch, H heads, T sequence (T_q queries,
// T_k keys), D d_model, d head size.

namespace xgrad::nn {

struct MultiHeadAttentionOptions {
  double dropout = 0;             ///< of the attention weights
  bool bias = true;               ///< in the four projections
  std::int64_t kdim = 0;          ///< the width of K; 0 means d_model
  std::int64_t vdim = 0;          ///< the width of V; 0 means d_model
  std::int64_t num_kv_heads = 0;  ///< key heads, each shared by num_heads / num_kv_heads; 0 means num_heads
  std::optional<double> scale = {};  ///< of the scores; 1 / √d if not given
  double softcap = 0;                ///< see AttentionOptions::softcap
  /// Rotates queries and keys. The position of a key is its place among all keys; the last query stands at
  /// the last key.
  std::optional<RoPEOptions> rope = {};
  /// See AttentionOptions::fused; `forward_with_weights` runs the three nodes.
  bool fused = false;
  DType dtype = get_default_dtype();
};

/// Multi-head attention (Vaswani et al. 2017, section 3.2.2): project queries, keys and values; cut each into
/// heads of d = d_model / num_heads; attend with each head; join the heads; project the result. With fewer
/// key heads than heads it is grouped-query attention (Ainslie et al. 2023).
class MultiHeadAttention : public Callable<MultiHeadAttention> {
 public:
  /// Throws unless num_heads divides d_model, and num_kv_heads num_heads.
  MultiHeadAttention(std::int64_t d_model, std::int64_t num_heads,
                     const MultiHeadAttentionOptions& options = {},
                     Generator& generator = default_generator());

  /// Q (B, T_q, d_model), K (B, T_k, kdim), V (B, T_k, vdim) → (B, T_q, d_model). Self-attention is
  /// mha(x, x, x). Sliding windows, learned biases and the like are masks.
  ///
  /// With a cache, the projected keys and values are appended to it, and the queries attend to all that it
  /// then holds; T_k of the mask counts those. Undefined K and V append nothing: the queries of a decoder
  /// attend to the output of an encoder that the first step has put there.
  Variable forward(const Variable& Q, const Variable& K, const Variable& V, const Mask& mask = {},
                   KVCache* cache = nullptr) const;
  /// The same, with the attention weights (B, H, T_q, T_k) before dropout.
  AttentionOutput forward_with_weights(const Variable& Q, const Variable& K, const Variable& V,
                                       const Mask& mask = {}, KVCache* cache = nullptr) const;

  void visit(Visitor& visitor) const override;
  std::string extra_repr() const override;

  std::int64_t d_model, num_heads, num_kv_heads;
  std::optional<double> scale;
  double softcap;
  bool fused;
  /// W_q (d_model, d_model), W_k (num_kv_heads · d, kdim), W_v (num_kv_heads · d, vdim), W_o (d_model,
  /// d_model).
  Linear W_q, W_k, W_v, W_o;
  Dropout dropout;
  std::optional<RoPE> rope;

 private:
  AttentionOutput attend(const Variable& Q, const Variable& K, const Variable& V, const Mask& mask,
                         KVCache* cache, bool as_one_node) const;
  KVCache::KeysAndValues project(const Variable& K, const Variable& V, const Tensor& hidden,
                                 std::int64_t past) const;
  Variable rotated(const Variable& heads, std::int64_t offset) const;
  void check_inputs(const Variable& Q, const Variable& K, const Variable& V, bool with_keys) const;
};

enum class NormOrder {
  post,  ///< LayerNorm(x + f(x)), as in the original transformer
  pre,   ///< x + f(LayerNorm(x)), which trains without warm-up (Xiong et al. 2020)
};

struct AttentionBlockOptions {
  NormOrder norm = NormOrder::post;
  Mask mask = {};
  double eps = 1e-5;
};

/// The block as a function of raw matrices: LayerNorm(x + MultiHead(x)), without learned γ and β. x (B, T,
/// d_model); each w (d_model, d_model), used as `x @ w` (the transpose of a Linear's weight). Throws unless
/// num_heads divides d_model.
Variable attention_block(const Variable& x, const Variable& w_q, const Variable& w_k, const Variable& w_v,
                         const Variable& w_o, std::int64_t num_heads,
                         const AttentionBlockOptions& options = {});

}  // namespace xgrad::nn
