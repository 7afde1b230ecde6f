#include <xgrad/nn/transformer_attention.hpp>

#include <cmath>

#include <xgrad/nn/init.hpp>

namespace xgrad::nn {

MultiHeadAttention transformer_attention(std::int64_t d_model, std::int64_t nhead,
                                         const TransformerLayerOptions& options, Generator& generator) {
  Generator unused;  // for the module's own values, which are drawn over
  MultiHeadAttention attention(d_model, nhead,
                               {.dropout = options.dropout,
                                .bias = options.bias,
                                .fused = options.fused_attention,
                                .dtype = options.dtype},
                               unused);
  attention.W_o = Linear(d_model, d_model, {.bias = options.bias, .dtype = options.dtype}, generator);
  draw_in_projection(attention, generator);
  if (options.bias) {
    for (const Linear* W : {&attention.W_q, &attention.W_k, &attention.W_v, &attention.W_o})
      init::zeros_(W->bias);
  }
  return attention;
}

void draw_in_projection(const MultiHeadAttention& attention, Generator& generator) {
  const double fans = static_cast<double>(4 * attention.d_model);  // fan_out 3 D and fan_in D
  const double a = std::sqrt(3.0) * std::sqrt(2.0 / fans);         // rounded as in xavier_uniform_
  for (const Linear* W : {&attention.W_q, &attention.W_k, &attention.W_v})
    init::uniform_(W->weight, -a, a, generator);
}

}  // namespace xgrad::nn
