#pragma once

#include <xgrad/nn/decoder_cache.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/module_list.hpp>
#include <xgrad/nn/transformer_block.hpp>

namespace xgrad::nn {

struct LlamaOptions {
  std::int64_t vocab_size = 0;
  std::int64_t context = 0;  ///< the longest sequence
  std::int64_t d_model = 64;
  std::int64_t num_layers = 2;
  std::int64_t num_heads = 4;
  std::int64_t num_kv_heads = 0;  ///< see MultiHeadAttentionOptions::num_kv_heads
  std::int64_t d_hidden = 0;      ///< of SwiGLU; 0 means 8/3 · d_model, rounded up to a multiple of 16
  double dropout = 0;
  bool tied_head = false;  ///< the output projection is the token embedding's weight
  RoPEOptions rope = {.pairs = RotaryPairs::halves};
  double norm_eps = 1e-5;
  bool fused_attention = false;  ///< see MultiHeadAttentionOptions::fused
  DType dtype = get_default_dtype();
};

/// Llama's block: RMSNorm, rotary grouped-query attention, RMSNorm, SwiGLU, all without biases.
class LlamaBlock : public ResidualBlock<RMSNorm, SwiGLU> {
 public:
  explicit LlamaBlock(const LlamaOptions& options, Generator& generator = default_generator());
};

/// A decoder-only transformer (Touvron et al. 2023, "LLaMA", section 2.2): token embeddings, causal pre-norm
/// blocks with rotary positions, a final RMSNorm, and logits over the vocabulary. Weights start as GPT's.
class Llama : public Callable<Llama> {
 public:
  explicit Llama(const LlamaOptions& options, Generator& generator = default_generator());

  /// tokens (B, T) int64, T ≤ context → logits (B, T, vocab_size), with or without a cache as in GPT. Padding
  /// moves all rotary positions of a row alike, which changes no score.
  Variable forward(const Variable& tokens, DecoderCache* cache = nullptr) const;
  /// What `head` makes the logits of: (B, T, d_model). The loss is made of it as in GPT.
  Variable hidden(const Variable& tokens, DecoderCache* cache = nullptr) const;
  void visit(Visitor& visitor) const override;

  LlamaOptions options;
  Embedding token;
  Dropout dropout;
  ModuleList<LlamaBlock> blocks;
  RMSNorm norm;
  Linear head;
};

}  // namespace xgrad::nn
