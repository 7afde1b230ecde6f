#pragma once

#include <xgrad/nn/decoder_cache.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/module_list.hpp>
#include <xgrad/nn/positions.hpp>
#include <xgrad/nn/transformer_block.hpp>

namespace xgrad::nn {

struct GPTOptions {
  std::int64_t vocab_size = 0;
  std::int64_t context = 0;  ///< the longest sequence
  std::int64_t d_model = 64;
  std::int64_t num_layers = 2;
  std::int64_t num_heads = 4;
  double dropout = 0;
  bool tied_head = true;  ///< the output projection is the token embedding's weight (Press & Wolf 2017)
  bool fused_attention = false;  ///< see MultiHeadAttentionOptions::fused
  DType dtype = get_default_dtype();
};

/// A decoder-only transformer (Radford et al. 2019, section 2.3): token + position embeddings, causal
/// pre-norm blocks, a final norm, and logits over the vocabulary. Weights start from N(0, 0.02²), the last
/// ones of each residual branch from N(0, (0.02 / √(2 · num_layers))²), biases at 0.
class GPT : public Callable<GPT> {
 public:
  explicit GPT(const GPTOptions& options, Generator& generator = default_generator());

  /// tokens (B, T) int64, T ≤ context → logits (B, T, vocab_size). Position t sees positions up to t. With a
  /// cache, the tokens follow those it has read; context bounds all of a row, without its padding.
  Variable forward(const Variable& tokens, DecoderCache* cache = nullptr) const;
  /// What `head` makes the logits of: (B, T, d_model). The loss of training is
  /// `linear_cross_entropy(gpt.hidden(tokens), gpt.head.weight, targets)`, without all logits in memory.
  Variable hidden(const Variable& tokens, DecoderCache* cache = nullptr) const;
  void visit(Visitor& visitor) const override;

  GPTOptions options;
  Embedding token;
  LearnedPositions position;
  Dropout dropout;
  ModuleList<TransformerBlock> blocks;
  LayerNorm norm;
  Linear head;
};

}  // namespace xgrad::nn
