#pragma once

#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/scaled_dot_product_attention.hpp>

// Attention (Vaswani et al. 2017, section 3.2). Letters in shapes: B batch, H heads, T sequence (T_q queries,
// T_k keys), D d_model, d head size.

namespace xgrad::nn {

struct MultiHeadAttentionOptions {
  double dropout = 0;  ///< of the attention weights
  bool bias = true;    ///< in the four projections
  /// See AttentionOptions::fused; `forward_with_weights` runs the three nodes.
  bool fused = false;
  DType dtype = get_default_dtype();
};

/// Multi-head attention (Vaswani et al. 2017, section 3.2.2): project queries, keys and values; cut each into
/// num_heads parts of d = d_model / num_heads; attend with each head; join the heads; project the result.
class MultiHeadAttention : public Callable<MultiHeadAttention> {
 public:
  /// Throws unless num_heads divides d_model.
  MultiHeadAttention(std::int64_t d_model, std::int64_t num_heads,
                     const MultiHeadAttentionOptions& options = {},
                     Generator& generator = default_generator());

  /// Q (B, T_q, d_model), K and V (B, T_k, d_model) → (B, T_q, d_model). Self-attention is mha(x, x, x).
  Variable forward(const Variable& Q, const Variable& K, const Variable& V, const Mask& mask = {}) const;
  /// The same, with the attention weights (B, H, T_q, T_k) before dropout.
  AttentionOutput forward_with_weights(const Variable& Q, const Variable& K, const Variable& V,
                                       const Mask& mask = {}) const;

  void visit(Visitor& visitor) const override;
  std::string extra_repr() const override;

  std::int64_t d_model, num_heads;
  bool fused;
  Linear W_q, W_k, W_v, W_o;
  Dropout dropout;

 private:
  struct Heads {
    Variable q, k, v;
  };
  AttentionOutput attend(const Variable& Q, const Variable& K, const Variable& V, const Mask& mask,
                         bool as_one_node) const;
  Heads project(const Variable& Q, const Variable& K, const Variable& V, const Mask& mask) const;
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
