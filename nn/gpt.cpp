#include <xgrad/nn/gpt.hpp>

#include <xgrad/nn/decoder_blocks.hpp>

namespace xgrad::nn {
namespace {

void init_weights(const GPT& gpt, Generator& generator) {
  const DecoderInit init(gpt.options.num_layers, generator);
  init.weight(gpt.token.weight);
  init.weight(gpt.position.weight);
  for (const TransformerBlock& block : gpt.blocks) {
    init.linear({&block.attention.W_q, &block.attention.W_k, &block.attention.W_v});
    init.branch_end(block.attention.W_o);
    init.linear({&block.feed_forward.expand});
    init.branch_end(block.feed_forward.project);
  }
  if (!gpt.options.tied_head) init.linear({&gpt.head});
}

}  // namespace

GPT::GPT(const GPTOptions& o, Generator& generator)
    : options(checked_decoder_options("GPT", o)),
      token(o.vocab_size, o.d_model, o.dtype, generator),
      position(o.context, o.d_model, o.dtype, generator),
      dropout(o.dropout),
      norm(o.d_model, {.dtype = o.dtype}),
      head(o.d_model, o.vocab_size, {.bias = false, .dtype = o.dtype}, generator) {
  for (std::int64_t i = 0; i < o.num_layers; ++i) {
    blocks.emplace_back(
        o.d_model, o.num_heads,
        TransformerBlockOptions{.dropout = o.dropout, .fused_attention = o.fused_attention, .dtype = o.dtype},
        generator);
  }
  if (o.tied_head) head.weight = token.weight;
  init_weights(*this, generator);
}

Variable GPT::forward(const Variable& tokens, DecoderCache* cache) const {
  return head(hidden(tokens, cache));  // (B, T, D) → (B, T, V)
}

Variable GPT::hidden(const Variable& tokens, DecoderCache* cache) const {
  check_tokens("GPT", tokens, options.context, cache);
  const Variable x = token(tokens);  // (B, T, D)
  const Variable placed = cache && cache->padding().defined() ? position(x, cache->positions(x.size(1)))
                                                              : position(x, cache ? cache->length() : 0);
  return norm(through_blocks(blocks, dropout(placed), cache));  // (B, T, D)
}

void GPT::visit(Visitor& visitor) const {
  visitor("token", token)("position", position)("dropout", dropout)("blocks", blocks)("norm", norm)("head",
                                                                                                    head);
}

}  // namespace xgrad::nn
