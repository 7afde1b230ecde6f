#include <xgrad/nn/feed_forward.hpp>

#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>

namespace xgrad::nn {

FeedForward::FeedForward(std::int64_t d_model, std::int64_t d_hidden, const FeedForwardOptions& options,
                         Generator& generator)
    : expand(d_model, d_hidden, {.dtype = options.dtype}, generator),
      project(d_hidden, d_model, {.dtype = options.dtype}, generator),
      dropout(options.dropout),
      activation(options.activation) {}

Variable FeedForward::forward(const Variable& x) const {
  return dropout(project(activate(expand(x), activation)));  // (..., D) → (..., d_hidden) → (..., D)
}

void FeedForward::visit(Visitor& visitor) const {
  visitor("expand", expand)("project", project)("dropout", dropout);
}

SwiGLU::SwiGLU(std::int64_t d_model, std::int64_t d_hidden, const SwiGLUOptions& options,
               Generator& generator)
    : W_gate(d_model, d_hidden, {.bias = options.bias, .dtype = options.dtype}, generator),
      W_up(d_model, d_hidden, {.bias = options.bias, .dtype = options.dtype}, generator),
      W_down(d_hidden, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      dropout(options.dropout) {}

Variable SwiGLU::forward(const Variable& x) const {
  const Variable gate = silu(W_gate(x));   // (..., D) → (..., d_hidden)
  return dropout(W_down(gate * W_up(x)));  // (..., d_hidden) → (..., D)
}

void SwiGLU::visit(Visitor& visitor) const {
  visitor("W_gate", W_gate)("W_up", W_up)("W_down", W_down)("dropout", dropout);
}

}  // namespace xgrad::nn
