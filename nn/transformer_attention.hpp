#pragma once

#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/transformer_options.hpp>

namespace xgrad::nn {

/// Attention that draws the initial values of PyTorch's MultiheadAttention, in its order: W_o as a Linear,
/// then `draw_in_projection`; biases are 0.
MultiHeadAttention transformer_attention(std::int64_t d_model, std::int64_t nhead,
                                         const TransformerLayerOptions& options, Generator& generator);

/// Draws W_q, W_k and W_v as one matrix (3 · d_model, d_model), PyTorch's in_proj_weight, by
/// `xavier_uniform_`.
void draw_in_projection(const MultiHeadAttention& attention, Generator& generator);

}  // namespace xgrad::nn
