#include <xgrad/nn/gpt.hpp>

#include <cmath>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/nn/decoder_blocks.hpp>
#include <xgrad/nn/init.hpp>

namespace xgrad::nn {
namespace {

const GPTOptions& checked(const GPTOptions& options) {
  if (options.vocab_size <= 0 || options.context <= 0 || options.num_layers < 0) {
    fail("GPT", "vocab_size ", options.vocab_size, " and context ", options.context,
         " must be positive, num_layers ", options.num_layers, " not negative");
  }
  return options;
}

void init_weights(const GPT& gpt, Generator& generator) {
  constexpr double usual = 0.02;
  // Each of the 2 · num_layers branches adds to the residual stream. This scale keeps the variance of their
  // sum at that of one branch.
  const double at_branch_end = usual / std::sqrt(2.0 * static_cast<double>(gpt.blocks.size()));
  const auto init_linear = [&](const Linear& linear, double std) {
    init::normal_(linear.weight, 0, std, generator);
    if (linear.bias.defined()) init::zeros_(linear.bias);
  };
  init::normal_(gpt.token.weight, 0, usual, generator);
  init::normal_(gpt.position.weight, 0, usual, generator);
  for (const TransformerBlock& block : gpt.blocks) {
    for (const Linear* linear : {&block.attention.W_q, &block.attention.W_k, &block.attention.W_v})
      init_linear(*linear, usual);
    init_linear(block.attention.W_o, at_branch_end);
    init_linear(block.feed_forward.expand, usual);
    init_linear(block.feed_forward.project, at_branch_end);
  }
  if (!gpt.options.tied_head) init_linear(gpt.head, usual);
}

}  // namespace

GPT::GPT(const GPTOptions& o, Generator& generator)
    : options(checked(o)),
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
  check_tokens("GPT", tokens, options.context, cache);
  const std::int64_t T = tokens.size(1), past = cache ? cache->length() : 0;
  const bool padded = cache && cache->padding().defined();
  const Variable positions =
      padded ? position(cache->positions(T)) : position.weight.slice(0, past, past + T);
  const Variable x = dropout(token(tokens) + positions);  // (B, T, D) + (T, D) or (B, T, D)
  return head(norm(through_blocks(blocks, x, cache)));            // (B, T, D) → (B, T, V)
}

void GPT::visit(Visitor& visitor) const {
  visitor("token", token)("position", position)("dropout", dropout)("blocks", blocks)("norm", norm)("head",
                                                                                                    head);
}

}  // namespace xgrad::nn
