#include <xgrad/nn/transformer_decoder.hpp>

#include <limits>
#include <utility>
#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/nn/transformer_attention.hpp>

namespace xgrad::nn {

TransformerDecoderLayer::TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead,
                                                 const TransformerLayerOptions& options, Generator& generator)
    : norm_first(options.norm_first),
      activation(options.activation),
      self_attn(transformer_attention(d_model, nhead, options, generator)),
      multihead_attn(transformer_attention(d_model, nhead, options, generator)),
      linear1(d_model, options.dim_feedforward, {.bias = options.bias, .dtype = options.dtype}, generator),
      dropout(options.dropout),
      linear2(options.dim_feedforward, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      norm1(d_model, {.eps = options.layer_norm_eps, .bias = options.bias, .dtype = options.dtype}),
      norm2(d_model, {.eps = options.layer_norm_eps, .bias = options.bias, .dtype = options.dtype}),
      norm3(d_model, {.eps = options.layer_norm_eps, .bias = options.bias, .dtype = options.dtype}),
      dropout1(options.dropout),
      dropout2(options.dropout),
      dropout3(options.dropout) {}

Variable TransformerDecoderLayer::forward(const Variable& tgt, const Variable& memory, const Mask& tgt_mask,
                                          const Mask& memory_mask, KVCache* cache,
                                          KVCache* memory_cache) const {
  const bool is_projected = memory_cache && memory_cache->length() > 0;
  if (is_projected && memory.defined() && memory.size(1) != memory_cache->length()) {
    fail("TransformerDecoderLayer", "memory ", memory.shape(),
         " is not the one in the cache, whose length is ", memory_cache->length(),
         "; another memory needs another cache");
  }
  const Variable m = is_projected ? Variable() : memory;
  const auto attend = [&](const Variable& x) { return dropout1(self_attn(x, x, x, tgt_mask, cache)); };
  const auto attend_memory = [&](const Variable& x) {  // (B, T, D), (B, S, D) → (B, T, D)
    return dropout2(multihead_attn(x, m, m, memory_mask, memory_cache));
  };
  const auto feed_forward = [&](const Variable& x) {
    return dropout3(linear2(dropout(activate(linear1(x), activation))));  // (B, T, D) → (B, T, D)
  };
  if (norm_first) {
    Variable x = tgt + attend(norm1(tgt));
    x = x + attend_memory(norm2(x));
    return x + feed_forward(norm3(x));
  }
  Variable x = norm1(tgt + attend(tgt));
  x = norm2(x + attend_memory(x));
  return norm3(x + feed_forward(x));
}

void TransformerDecoderLayer::visit(Visitor& visitor) const {
  visitor("self_attn", self_attn)("multihead_attn", multihead_attn);
  visitor("linear1", linear1)("dropout", dropout)("linear2", linear2);
  visitor("norm1", norm1)("norm2", norm2)("norm3", norm3);
  visitor("dropout1", dropout1)("dropout2", dropout2)("dropout3", dropout3);
}

TransformerDecoder::TransformerDecoder(std::int64_t d_model, std::int64_t nhead, std::int64_t num_layers,
                                       const TransformerLayerOptions& options, std::optional<LayerNorm> norm,
                                       Generator& generator)
    : norm(std::move(norm)) {
  if (num_layers < 0) fail("TransformerDecoder", "num_layers must not be negative, got ", num_layers);
  const GeneratorState start = generator.state();
  for (std::int64_t i = 0; i < num_layers; ++i) {
    generator.set_state(start);
    layers.emplace_back(d_model, nhead, options, generator);
  }
}

Variable TransformerDecoder::forward(const Variable& tgt, const Variable& memory, const Mask& tgt_mask,
                                     const Mask& memory_mask, DecoderCache* cache) const {
  Variable x = tgt;
  if (cache) {
    if (tgt.dim() != 3) fail("TransformerDecoder", "tgt must be (B, T, d_model), not ", tgt.shape());
    constexpr std::int64_t any_length = std::numeric_limits<std::int64_t>::max();
    cache->check_fits("TransformerDecoder", {tgt.size(0), tgt.size(1)}, any_length);
    const Mask mask = tgt_mask & cache->mask(tgt.size(1));
    std::vector<KVCache>& own = cache->layers(layers.size());
    std::vector<KVCache>& of_memory = cache->memory(layers.size());
    cache->read(tgt.size(1), [&] {
      for (std::size_t i = 0; i < layers.size(); ++i)
        x = layers[i](x, memory, mask, memory_mask, &own[i], &of_memory[i]);
    });
  } else {
    for (const TransformerDecoderLayer& layer : layers) x = layer(x, memory, tgt_mask, memory_mask);
  }
  return norm ? (*norm)(x) : x;
}

void TransformerDecoder::visit(Visitor& visitor) const {
  visitor("layers", layers);
  if (norm) visitor("norm", *norm);
}

}  // namespace xgrad::nn
