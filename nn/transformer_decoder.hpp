#pragma once

#include <optional>

#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/decoder_cache.hpp>
#include <xgrad/nn/module_list.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/transformer_options.hpp>

// The decoder of Vaswani et al. 2017, section 3.1, with PyTorch's options, member names, initial values and
// results. tgt (B, T, d_model) is what was decoded so far, memory (B, S, d_model) the encoder's output. A
// decoder that is trained to predict the next position needs tgt_mask = Mask::causal(); memory_mask hides the
// padding of memory. Masks are as in nn/transformer_encoder.hpp.

namespace xgrad::nn {

/// Self-attention, attention to memory, then linear2(dropout(activation(linear1(x)))), each with dropout, a
/// residual and a norm. tgt (B, T, d_model), memory (B, S, d_model) → (B, T, d_model).
///
///     norm_first = false: x ← norm1(x + self_attn(x)),  x ← norm2(x + multihead_attn(x, memory)),
///                         x ← norm3(x + feed_forward(x))
///     norm_first = true:  x ← x + self_attn(norm1(x)),  x ← x + multihead_attn(norm2(x), memory),
///                         x ← x + feed_forward(norm3(x))
class TransformerDecoderLayer : public Callable<TransformerDecoderLayer> {
 public:
  /// Throws unless nhead divides d_model.
  TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead,
                          const TransformerLayerOptions& options = {},
                          Generator& generator = default_generator());

  /// With caches, tgt continues what `cache` holds, and memory is read by the first call only: `memory_cache`
  /// holds its keys and values from then on.
  Variable forward(const Variable& tgt, const Variable& memory, const Mask& tgt_mask = {},
                   const Mask& memory_mask = {}, KVCache* cache = nullptr,
                   KVCache* memory_cache = nullptr) const;
  void visit(Visitor& visitor) const override;

  bool norm_first;
  Activation activation;
  MultiHeadAttention self_attn, multihead_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;
  LayerNorm norm1, norm2, norm3;
  Dropout dropout1, dropout2, dropout3;
};

/// num_layers layers, then `norm` if given. All layers start with the same numbers, as those of a
/// TransformerEncoder.
class TransformerDecoder : public Callable<TransformerDecoder> {
 public:
  TransformerDecoder(std::int64_t d_model, std::int64_t nhead, std::int64_t num_layers,
                     const TransformerLayerOptions& options = {}, std::optional<LayerNorm> norm = {},
                     Generator& generator = default_generator());

  /// With a cache, tgt holds the next positions only, and so does the result. It is as if the whole of tgt
  /// were given with tgt_mask & Mask::causal(). The first step projects memory; later steps may leave it
  /// undefined. Another memory needs another cache.
  ///
  ///     NoGradGuard no_grad;
  ///     nn::DecoderCache cache;
  ///     Variable y = decoder(first, memory, nn::Mask(), memory_mask, &cache);   // (B, 1, d_model)
  ///     y = decoder(next, memory, nn::Mask(), memory_mask, &cache);             // (B, 1, d_model)
  Variable forward(const Variable& tgt, const Variable& memory, const Mask& tgt_mask = {},
                   const Mask& memory_mask = {}, DecoderCache* cache = nullptr) const;
  void visit(Visitor& visitor) const override;

  ModuleList<TransformerDecoderLayer> layers;
  std::optional<LayerNorm> norm;
};

}  // namespace xgrad::nn
