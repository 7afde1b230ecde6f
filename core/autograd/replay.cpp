#include <xgrad/core/autograd/replay.hpp>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/node.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

bool Replay::wants(std::size_t input) const {
  const std::size_t count = node_.inputs().size();
  if (input >= count) fail_state("backward", "the rule asks for input ", input, " of ", count);
  return engine_.wants(node_, input);
}

const Shape& Replay::input_shape(std::size_t input) const {
  if (!wants(input)) {
    fail_state("backward", "the rule asks for the shape of input ", input,
               ", which wants no gradient; ask wants(", input, ") first");
  }
  return node_.body_.inputs[input]->shape();
}

const Saved& Replay::unchanged(const Saved& saved) const {
  if (saved.value.version() != saved.version) {
    fail_state("backward", node_, " kept a value of shape ", saved.value.shape(),
               " that was changed in place afterwards (version ", saved.version, ", now ",
               saved.value.version(), "); change a clone() of it, or change it after backward()");
  }
  return saved;
}

bool Replay::keeps(std::size_t i) const {
  const auto& all = node_.body_.saved;
  const std::size_t count = all.size() - (node_.keeps_output_ && !all.empty() ? 1 : 0);  // the output is last
  return i < count && all[i].value.defined();
}

const Saved& Replay::kept(std::size_t i) const {
  if (!keeps(i)) fail_state("backward", "the rule asks for saved value ", i, ", which the op did not keep");
  return unchanged(node_.body_.saved[i]);
}

const Saved& Replay::kept_output() const {
  if (!node_.keeps_output_) {
    fail_state("backward", "the rule asks for its output, but the op did not say keeps_output");
  }
  return unchanged(node_.body_.saved.back());
}

Variable Replay::saved(std::size_t i) const {
  const Saved& saved = kept(i);
  return Variable::of_node(Tensor(saved.value), saved.node);
}

Variable Replay::output() const {
  return Variable::of_node(Tensor(kept_output().value), node_.shared_from_this());
}

Variable Replay::connect(std::size_t input, const Variable& gradient) const {
  if (!wants(input)) return gradient;
  const Variable x = Variable::of_node({}, node_.inputs()[input]);  // without a value
  return append_node(
      "connected", Tensor(gradient.value()), {gradient, x}, {}, [](const Replay& r) -> Gradients {
        // y = gradient + 0 x
        const auto none = [&] { return zeros(r.input_shape(1), r.grad().dtype()); };
        return {r.wants(0) ? r.grad() : nothing, r.wants(1) ? r.connected(1, none()) : nothing};
      });
}

}  // namespace xgrad
