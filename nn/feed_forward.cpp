#include <xgrad/nn/feed_forward.hpp>

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

}  // namespace xgrad::nn
