#include <xgrad/nn/transformer_encoder.hpp>

#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/nn/transformer_attention.hpp>

namespace xgrad::nn {

TransformerEncoderLayer::TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead,
                                                 const TransformerLayerOptions& options, Generator& generator)
    : norm_first(options.norm_first),
      activation(options.activation),
      self_attn(transformer_attention(d_model, nhead, options, generator)),
      linear1(d_model, options.dim_feedforward, {.bias = options.bias, .dtype = options.dtype}, generator),
      dropout(options.dropout),
      linear2(options.dim_feedforward, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      norm1(d_model, {.eps = options.layer_norm_eps, .bias = options.bias, .dtype = options.dtype}),
      norm2(d_model, {.eps = options.layer_norm_eps, .bias = options.bias, .dtype = options.dtype}),
      dropout1(options.dropout),
      dropout2(options.dropout) {}

Variable TransformerEncoderLayer::forward(const Variable& src, const Mask& src_mask) const {
  const auto attend = [&](const Variable& x) { return dropout1(self_attn(x, x, x, src_mask)); };
  const auto feed_forward = [&](const Variable& x) {
    return dropout2(linear2(dropout(activate(linear1(x), activation))));  // (B, T, D) → (B, T, D)
  };
  if (norm_first) {
    const Variable attended = src + attend(norm1(src));
    return attended + feed_forward(norm2(attended));
  }
  const Variable attended = norm1(src + attend(src));
  return norm2(attended + feed_forward(attended));
}

void TransformerEncoderLayer::visit(Visitor& visitor) const {
  visitor("self_attn", self_attn)("linear1", linear1)("dropout", dropout)("linear2", linear2);
  visitor("norm1", norm1)("norm2", norm2)("dropout1", dropout1)("dropout2", dropout2);
}

TransformerEncoder::TransformerEncoder(std::int64_t d_model, std::int64_t nhead, std::int64_t num_layers,
                                       const TransformerLayerOptions& options, std::optional<LayerNorm> norm,
                                       Generator& generator)
    : norm(std::move(norm)) {
  if (num_layers < 0) fail("TransformerEncoder", "num_layers must not be negative, got ", num_layers);
  const GeneratorState start = generator.state();
  for (std::int64_t i = 0; i < num_layers; ++i) {
    generator.set_state(start);
    layers.emplace_back(d_model, nhead, options, generator);
  }
}

Variable TransformerEncoder::forward(const Variable& src, const Mask& mask) const {
  Variable x = src;
  for (const TransformerEncoderLayer& layer : layers) x = layer(x, mask);
  return norm ? (*norm)(x) : x;
}

void TransformerEncoder::visit(Visitor& visitor) const {
  visitor("layers", layers);
  if (norm) visitor("norm", *norm);
}

}  // namespace xgrad::nn
