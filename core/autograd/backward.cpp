// backward() and grad() replay the tape, newest node first (engine.cpp). With create_graph,
// Engine::replay turns recording on, so that the gradients can be differentiated.

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

// Why a result requires no gradient: the end of an error's sentence.
std::string_view reason() {
  if (grad_enabled()) return "none of its inputs does, or it was made without recording";
  return "nothing is recorded here, under a NoGradGuard or in a hook or rule of a replay "
         "without create_graph; compute it under GradModeGuard guard(true), or replay with "
         "grad(..., {.create_graph = true})";
}

// dL/d(output): what the caller gave, or 1 for an output of one element.
Variable starting_gradient(std::string_view op, const Variable& output, const Variable& given) {
  if (!output.requires_grad()) {
    fail_state(op, "the output of shape ", output.shape(), " does not require a gradient: ", reason());
  }
  if (!given.defined()) {
    if (output.numel() != 1) {
      fail(op, "without a gradient for it, the output must have one element, not shape ", output.shape());
    }
    return ones_like(output.value());
  }
  if (given.shape() != output.shape() || given.dtype() != output.dtype()) {
    fail(op, "the given gradient is ", given.shape(), " ", given.dtype(), ", the output ", output.shape(),
         " ", output.dtype());
  }
  return given;
}

}  // namespace

void Variable::backward(BackwardOptions options) const { backward(Tensor(), options); }

void Variable::backward(const Tensor& gradient, BackwardOptions options) const {
  const Variable start =
      starting_gradient("backward", *this, gradient.defined() ? Variable(gradient) : Variable());
  Engine engine({*this}, options.retain_graph, /*create_graph=*/false);
  engine.seed(*this, start);
  engine.replay();
}

std::vector<Variable> grad(const std::vector<Variable>& outputs, const std::vector<Variable>& inputs,
                           const GradOptions& options) {
  if (!options.grad_outputs.empty() && options.grad_outputs.size() != outputs.size()) {
    fail("grad", options.grad_outputs.size(), " grad_outputs for ", outputs.size(), " outputs");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].requires_grad()) continue;
    fail("grad", "input ", i, " of shape ", inputs[i].shape(), " does not require a gradient",
         grad_enabled() ? "" : ": ", grad_enabled() ? "" : reason());
  }
  std::vector<Variable> starts;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Variable given = options.grad_outputs.empty() ? Variable() : options.grad_outputs[i];
    starts.push_back(starting_gradient("grad", outputs[i], given));
  }
  Engine engine(outputs, options.retain_graph || options.create_graph, options.create_graph);
  engine.only_towards(inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) engine.seed(outputs[i], starts[i]);
  engine.replay();
  std::vector<Variable> gradients;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    gradients.push_back(engine.arrived(inputs[i]));
    if (!gradients.back().defined() && !options.allow_unused) {
      fail("grad", "the outputs do not depend on input ", i, " of shape ", inputs[i].shape(),
           "; pass allow_unused = true to get an undefined gradient for it");
    }
  }
  return gradients;
}

}  // namespace xgrad
