#include <xgrad/nn/transformer.hpp>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/transformer_attention.hpp>

namespace xgrad::nn {
namespace {

LayerNorm final_norm(std::int64_t d_model, const TransformerLayerOptions& options) {
  return LayerNorm(d_model, {.eps = options.layer_norm_eps, .bias = options.bias, .dtype = options.dtype});
}

}  // namespace

Transformer::Transformer(std::int64_t d_model, std::int64_t nhead, std::int64_t num_encoder_layers,
                         std::int64_t num_decoder_layers, const TransformerLayerOptions& options,
                         Generator& generator)
    : d_model(d_model),
      encoder(d_model, nhead, num_encoder_layers, options, final_norm(d_model, options), generator),
      decoder(d_model, nhead, num_decoder_layers, options, final_norm(d_model, options), generator) {
  const auto draw_attention = [&](const MultiHeadAttention& attention) {
    draw_in_projection(attention, generator);
    init::xavier_uniform_(attention.W_o.weight, 1, generator);
  };
  const auto draw_feed_forward = [&](const auto& layer) {
    init::xavier_uniform_(layer.linear1.weight, 1, generator);
    init::xavier_uniform_(layer.linear2.weight, 1, generator);
  };
  for (const TransformerEncoderLayer& layer : encoder.layers) {
    draw_attention(layer.self_attn);
    draw_feed_forward(layer);
  }
  for (const TransformerDecoderLayer& layer : decoder.layers) {
    draw_attention(layer.self_attn);
    draw_attention(layer.multihead_attn);
    draw_feed_forward(layer);
  }
}

Variable Transformer::forward(const Variable& src, const Variable& tgt, const Mask& src_mask,
                              const Mask& tgt_mask, const Mask& memory_mask) const {
  const bool fits = src.dim() == 3 && tgt.dim() == 3 && src.size(2) == d_model && tgt.size(2) == d_model &&
                    src.size(0) == tgt.size(0);
  if (!fits) {
    fail("Transformer", "src must be (B, S, ", d_model, ") and tgt (B, T, ", d_model, "): got src ",
         src.shape(), ", tgt ", tgt.shape());
  }
  return decoder(tgt, encoder(src, src_mask), tgt_mask, memory_mask);
}

void Transformer::visit(Visitor& visitor) const { visitor("encoder", encoder)("decoder", decoder); }

}  // namespace xgrad::nn
