#pragma once

#include <xgrad/nn/transformer_decoder.hpp>
#include <xgrad/nn/transformer_encoder.hpp>

namespace xgrad::nn {

/// The encoder and the decoder of Vaswani et al. 2017, each with a final norm: PyTorch's nn.Transformer, of
/// batches that come first. Embeddings, positions and the output projection are the caller's. Matrices are
/// drawn by `xavier_uniform_`; after the same manual_seed they are PyTorch's.
///
///     nn::Transformer transformer(64, 4, 2, 2, {.dim_feedforward = 256});
///     const nn::Mask padding = nn::Mask::padding(src_lengths);
///     Variable y = transformer(src, tgt, padding, nn::Mask::causal(), padding);
class Transformer : public Callable<Transformer> {
 public:
  explicit Transformer(std::int64_t d_model = 512, std::int64_t nhead = 8,
                       std::int64_t num_encoder_layers = 6, std::int64_t num_decoder_layers = 6,
                       const TransformerLayerOptions& options = {},
                       Generator& generator = default_generator());

  /// src (B, S, d_model), tgt (B, T, d_model) → (B, T, d_model). Padding of src is hidden by src_mask from
  /// the encoder, and by memory_mask from the decoder.
  Variable forward(const Variable& src, const Variable& tgt, const Mask& src_mask = {},
                   const Mask& tgt_mask = {}, const Mask& memory_mask = {}) const;
  void visit(Visitor& visitor) const override;

  std::int64_t d_model;
  TransformerEncoder encoder;
  TransformerDecoder decoder;
};

}  // namespace xgrad::nn
