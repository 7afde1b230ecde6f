#include <xgrad/nn/transformer_block.hpp>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>

namespace xgrad::nn {
namespace {

std::int64_t hidden_width(std::int64_t d_hidden, std::int64_t d_model) {
  if (d_hidden < 0) fail("TransformerBlock", "d_hidden must not be negative, got ", d_hidden);
  return d_hidden == 0 ? 4 * d_model : d_hidden;
}

}  // namespace

TransformerBlock::TransformerBlock(std::int64_t d_model, std::int64_t num_heads,
                                   const TransformerBlockOptions& options, Generator& generator)
    : norm_order(options.norm),
      norm1(d_model, {.dtype = options.dtype}),
      attention(d_model, num_heads,
                {.dropout = options.dropout, .fused = options.fused_attention, .dtype = options.dtype},
                generator),
      dropout(options.dropout),
      norm2(d_model, {.dtype = options.dtype}),
      feed_forward(d_model, hidden_width(options.d_hidden, d_model),
                   {.dropout = options.dropout, .activation = options.activation, .dtype = options.dtype},
                   generator) {}

Variable TransformerBlock::forward(const Variable& x, const Mask& mask, KVCache* cache) const {
  if (norm_order == NormOrder::post) {
    const Variable attended = norm1(x + dropout(attention(x, x, x, mask, cache)));  // (B, T, D)
    return norm2(attended + feed_forward(attended));                                // (B, T, D)
  }
  const Variable h = norm1(x);
  const Variable attended = x + dropout(attention(h, h, h, mask, cache));  // (B, T, D)
  return attended + feed_forward(norm2(attended));                         // (B, T, D)
}

void TransformerBlock::visit(Visitor& visitor) const {
  visitor("norm1", norm1)("attention", attention)("dropout", dropout)("norm2", norm2)("feed_forward",
                                                                                      feed_forward);
}

}  // namespace xgrad::nn
