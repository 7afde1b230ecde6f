#pragma once

#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/feed_forward.hpp>
#include <xgrad/nn/norm.hpp>

namespace xgrad::nn {

/// One layer of a transformer (Vaswani et al. 2017, section 3.1): attention, then a feed-forward network,
/// each added to its input. (B, T, d_model) → (B, T, d_model).
///
///     post: x ← norm1(x + attention(x)),  x ← norm2(x + feed_forward(x))
///     pre:  x ← x + attention(norm1(x)),  x ← x + feed_forward(norm2(x))    (Xiong et al. 2020)
template <class Norm, class Network>
class ResidualBlock : public Callable<ResidualBlock<Norm, Network>> {
 public:
  ResidualBlock(NormOrder order, Norm norm1, MultiHeadAttention attention, double dropout, Norm norm2,
                Network feed_forward);

  Variable forward(const Variable& x, const Mask& mask = {}, KVCache* cache = nullptr) const;
  void visit(Visitor& visitor) const override;

  NormOrder norm_order;
  Norm norm1;
  MultiHeadAttention attention;
  Dropout dropout;
  Norm norm2;
  Network feed_forward;
};

// transformer_block.cpp
extern template class ResidualBlock<LayerNorm, FeedForward>;
extern template class ResidualBlock<RMSNorm, SwiGLU>;

struct TransformerBlockOptions {
  std::int64_t d_hidden = 0;  ///< inside the feed-forward network; 0 means 4 · d_model
  double dropout = 0;         ///< for the attention weights and for both branches
  NormOrder norm = NormOrder::pre;
  Activation activation = Activation::gelu;
  bool fused_attention = false;  ///< see MultiHeadAttentionOptions::fused
  DType dtype = get_default_dtype();
};

/// GPT's block.
class TransformerBlock : public ResidualBlock<LayerNorm, FeedForward> {
 public:
  TransformerBlock(std::int64_t d_model, std::int64_t num_heads, const TransformerBlockOptions& options = {},
                   Generator& generator = default_generator());
};

}  // namespace xgrad::nn
