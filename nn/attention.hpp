#pragma once

#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/mask.hpp>

// Attention (Vaswani et al. 2017, section 3.2). Letters in shapes: B batch, H heads, T sequence (T_q queries,
// T_k keys), D d_model, d head size.

namespace xgrad::nn {

/// The output of attention, and how much each query attended to each key.
struct AttentionOutput {
  Variable output;
  Variable weights;  ///< (B, H, T_q, T_k); each row sums to 1, or is 0 where the mask leaves no key
};

/// softmax(q kᵀ / √d + mask) v for every head: q (B, H, T_q, d), k and v (B, H, T_k, d) → output (B, H, T_q,
/// d). `dropout` drops weights before the product with v. A query that sees no key gets 0, and gradient 0. A
/// query whose scores are all −∞ without a mask gets NaN.
AttentionOutput scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                             const Mask& mask = {}, const Dropout* dropout = nullptr);

struct MultiHeadAttentionOptions {
  double dropout = 0;  ///< of the attention weights
  bool bias = true;    ///< in the four projections
  /// One node, `fused_attention`, in place of matmul, softmax and matmul: the weights take no memory. Three
  /// nodes remain where the weights are needed: in `forward_with_weights`, in training with dropout, and with
  /// an additive mask that requires a gradient.
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
