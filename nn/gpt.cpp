#include <xgrad/nn/gpt.hpp>

#include <algorithm>
#include <cmath>

#include <xgrad/core/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/views.hpp>
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
  // Each of the 2 · num_layers branches adds to the residual stream: scaled so, their sum's variance stays as
  // it was.
  const double branch_std =
      0.02 / std::sqrt(2.0 * static_cast<double>(std::max<std::int64_t>(o.num_layers, 1)));
  for (const auto& [name, parameter] : named_parameters()) {
    if (parameter.dim() < 2) {
      if (name.ends_with("bias")) init::zeros_(parameter);
    } else {
      const bool ends_branch = name.ends_with("W_o.weight") || name.ends_with("project.weight");
      init::normal_(parameter, 0, ends_branch ? branch_std : 0.02, generator);
    }
  }
}

Variable GPT::forward(const Variable& tokens) const {
  const ForwardScope scope(*this);
  if (tokens.dim() != 2 || tokens.size(1) > options.context) {
    fail("GPT", "tokens must be (B, T) with T ≤ context ", options.context, ", not ", tokens.shape());
  }
  const std::int64_t T = tokens.size(1);
  Variable x = dropout(token(tokens) + position.weight.slice(0, 0, T));  // (B, T, D) + (T, D)
  for (const TransformerBlock& block : blocks) x = block(x, Mask::causal());
  return head(norm(x));  // (B, T, D) → (B, T, V)
}

}  // namespace xgrad::nn
