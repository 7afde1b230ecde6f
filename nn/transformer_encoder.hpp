#pragma once

#include <optional>

#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/module_list.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/transformer_options.hpp>

// The encoder of Vaswani et al. 2017, section 3.1, with PyTorch's options, member names, initial values and
// results. Batches come first: x (B, T, d_model). A Mask stands for PyTorch's mask, key_padding_mask and
// is_causal: Mask::causal() & Mask::padding(lengths). Where a row is padding only, its attention adds the
// bias of W_o alone; PyTorch's gives NaN.

namespace xgrad::nn {

/// Self-attention, then linear2(dropout(activation(linear1(x)))), each with dropout, a residual and a norm.
/// (B, T, d_model) → (B, T, d_model).
///
///     norm_first = false: x ← norm1(x + self_attn(x)),  x ← norm2(x + feed_forward(x))
///     norm_first = true:  x ← x + self_attn(norm1(x)),  x ← x + feed_forward(norm2(x))
class TransformerEncoderLayer : public Callable<TransformerEncoderLayer> {
 public:
  /// Throws unless nhead divides d_model.
  TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead,
                          const TransformerLayerOptions& options = {},
                          Generator& generator = default_generator());

  Variable forward(const Variable& src, const Mask& src_mask = {}) const;
  void visit(Visitor& visitor) const override;

  bool norm_first;
  Activation activation;
  MultiHeadAttention self_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;
  LayerNorm norm1, norm2;
  Dropout dropout1, dropout2;
};

/// num_layers layers, then `norm` if given. As in PyTorch, which copies one layer, all layers start with the
/// same numbers. nn::Transformer draws each matrix anew.
class TransformerEncoder : public Callable<TransformerEncoder> {
 public:
  TransformerEncoder(std::int64_t d_model, std::int64_t nhead, std::int64_t num_layers,
                     const TransformerLayerOptions& options = {}, std::optional<LayerNorm> norm = {},
                     Generator& generator = default_generator());

  Variable forward(const Variable& src, const Mask& mask = {}) const;
  void visit(Visitor& visitor) const override;

  ModuleList<TransformerEncoderLayer> layers;
  std::optional<LayerNorm> norm;
};

}  // namespace xgrad::nn
