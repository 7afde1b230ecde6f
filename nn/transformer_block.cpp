#include <xgrad/nn/transformer_block.hpp>

#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>

namespace xgrad::nn {
namespace {

std::int64_t hidden_width(std::int64_t d_hidden, std::int64_t d_model) {
  if (d_hidden < 0) fail("TransformerBlock", "d_hidden must not be negative, got ", d_hidden);
  return d_hidden == 0 ? 4 * d_model : d_hidden;
}

}  // namespace

template <class Norm, class Network>
ResidualBlock<Norm, Network>::ResidualBlock(NormOrder order, Norm norm1, MultiHeadAttention attention,
                                            double dropout, Norm norm2, Network feed_forward)
    : norm_order(order),
      norm1(std::move(norm1)),
      attention(std::move(attention)),
      dropout(dropout),
      norm2(std::move(norm2)),
      feed_forward(std::move(feed_forward)) {}

template <class Norm, class Network>
Variable ResidualBlock<Norm, Network>::forward(const Variable& x, const Mask& mask, KVCache* cache) const {
  if (norm_order == NormOrder::post) {
    const Variable attended = norm1(x + dropout(attention(x, x, x, mask, cache)));  // (B, T, D)
    return norm2(attended + feed_forward(attended));                                // (B, T, D)
  }
  const Variable h = norm1(x);
  const Variable attended = x + dropout(attention(h, h, h, mask, cache));  // (B, T, D)
  return attended + feed_forward(norm2(attended));                         // (B, T, D)
}

template <class Norm, class Network>
void ResidualBlock<Norm, Network>::visit(Visitor& visitor) const {
  visitor("norm1", norm1)("attention", attention)("dropout", dropout)("norm2", norm2)("feed_forward",
                                                                                      feed_forward);
}

template class ResidualBlock<LayerNorm, FeedForward>;
template class ResidualBlock<RMSNorm, SwiGLU>;

TransformerBlock::TransformerBlock(std::int64_t d_model, std::int64_t num_heads,
                                   const TransformerBlockOptions& options, Generator& generator)
    // Braces: the parts draw from the generator in this order.
    : ResidualBlock{
          options.norm,
          LayerNorm(d_model, {.dtype = options.dtype}),
          MultiHeadAttention(
              d_model, num_heads,
              {.dropout = options.dropout, .fused = options.fused_attention, .dtype = options.dtype},
              generator),
          options.dropout,
          LayerNorm(d_model, {.dtype = options.dtype}),
          FeedForward(d_model, hidden_width(options.d_hidden, d_model),
                      {.dropout = options.dropout, .activation = options.activation, .dtype = options.dtype},
                      generator)} {}

}  // namespace xgrad::nn
