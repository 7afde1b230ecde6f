#include <xgrad/nn/llama.hpp>

#include <xgrad/nn/decoder_blocks.hpp>

namespace xgrad::nn {
namespace {

std::int64_t hidden_width(const LlamaOptions& o) {
  if (o.d_hidden < 0) fail("Llama", "d_hidden must not be negative, got ", o.d_hidden);
  constexpr std::int64_t multiple = 16;
  const std::int64_t width = (8 * o.d_model + 2) / 3;  // 8/3 · d_model, rounded up
  return o.d_hidden > 0 ? o.d_hidden : (width + multiple - 1) / multiple * multiple;
}

void init_weights(const Llama& llama, Generator& generator) {
  const DecoderInit init(llama.options.num_layers, generator);
  init.weight(llama.token.weight);
  for (const LlamaBlock& block : llama.blocks) {
    init.linear({&block.attention.W_q, &block.attention.W_k, &block.attention.W_v});
    init.branch_end(block.attention.W_o);
    init.linear({&block.feed_forward.W_gate, &block.feed_forward.W_up});
    init.branch_end(block.feed_forward.W_down);
  }
  if (!llama.options.tied_head) init.linear({&llama.head});
}

}  // namespace

LlamaBlock::LlamaBlock(const LlamaOptions& o, Generator& generator)
    // Braces: the parts draw from the generator in this order.
    : ResidualBlock{NormOrder::pre,
                    RMSNorm(o.d_model, {.eps = o.norm_eps, .dtype = o.dtype}),
                    MultiHeadAttention(o.d_model, o.num_heads,
                                       {.dropout = o.dropout,
                                        .bias = false,
                                        .num_kv_heads = o.num_kv_heads,
                                        .rope = o.rope,
                                        .fused = o.fused_attention,
                                        .dtype = o.dtype},
                                       generator),
                    o.dropout,
                    RMSNorm(o.d_model, {.eps = o.norm_eps, .dtype = o.dtype}),
                    SwiGLU(o.d_model, hidden_width(o), {.dropout = o.dropout, .dtype = o.dtype}, generator)} {
}

Llama::Llama(const LlamaOptions& o, Generator& generator)
    : options(checked_decoder_options("Llama", o)),
      token(o.vocab_size, o.d_model, o.dtype, generator),
      dropout(o.dropout),
      norm(o.d_model, {.eps = o.norm_eps, .dtype = o.dtype}),
      head(o.d_model, o.vocab_size, {.bias = false, .dtype = o.dtype}, generator) {
  for (std::int64_t i = 0; i < o.num_layers; ++i) blocks.emplace_back(o, generator);
  if (o.tied_head) head.weight = token.weight;
  init_weights(*this, generator);
}

Variable Llama::forward(const Variable& tokens, DecoderCache* cache) const {
  return head(hidden(tokens, cache));  // (B, T, D) → (B, T, V)
}

Variable Llama::hidden(const Variable& tokens, DecoderCache* cache) const {
  check_tokens("Llama", tokens, options.context, cache);
  const Variable x = dropout(token(tokens));      // (B, T, D)
  return norm(through_blocks(blocks, x, cache));  // (B, T, D)
}

void Llama::visit(Visitor& visitor) const {
  visitor("token", token)("dropout", dropout)("blocks", blocks)("norm", norm)("head", head);
}

}  // namespace xgrad::nn
