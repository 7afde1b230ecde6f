// Checks what a rule returned against the inputs of its node.

#include <algorithm>
#include <string>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

bool is_transpose(Shape a, const Shape& b) {
  if (a.dim() < 2) return false;
  std::swap(a[a.dim() - 1], a[a.dim() - 2]);
  return a == b;
}

// The rule's likely mistake, for the text of the error.
std::string likely_fix(const Shape& gradient, const Shape& shape, std::size_t input) {
  if (gradient != shape && is_broadcastable_to(shape, gradient)) {
    const std::string i = '(' + std::to_string(input) + ')';
    return "; the op broadcast this input, so its gradient is a sum: r.wants" + i +
           " ? sum_to(gradient, r.input_shape" + i + ") : nothing";
  }
  if (is_transpose(gradient, shape)) return "; it looks like a missing mT()";
  return "";
}

}  // namespace

void Engine::check_gradients(const Node& node, Gradients& gradients) const {
  const auto& inputs = node.inputs();
  if (gradients.size() != inputs.size()) {
    fail_state("backward", "the rule of ", node, " returned ", gradients.size(), " gradients for ",
               inputs.size(), " inputs");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!wants(node, i) || !gradients[i].defined()) continue;
    const Variable& gradient = gradients[i];
    if (gradient.shape() == inputs[i]->shape() && gradient.dtype() == inputs[i]->dtype()) continue;
    fail_state("backward", "the rule of ", node, " returned a gradient of shape ", gradient.shape(),
               " and dtype ", gradient.dtype(), " for input ", i, " of shape ", inputs[i]->shape(),
               " and dtype ", inputs[i]->dtype(), likely_fix(gradient.shape(), inputs[i]->shape(), i));
  }
}

}  // namespace xgrad
