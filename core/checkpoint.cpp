#include <xgrad/core/checkpoint.hpp>

#include <algorithm>
#include <cstring>
#include <optional>

#include <xgrad/core/engine.hpp>
#include <xgrad/core/error.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {
namespace {

// One call of f, recorded on its own stretch of the tape.
struct Stretch {
  Variable result;
  std::uint64_t before;        // the newest node that is not part of it
  std::vector<Node*> reached;  // the nodes from before that it reads: its inputs' and those f captured
};

Stretch call(const CheckpointFunction& f, const std::vector<Variable>& inputs) {
  Stretch stretch;
  stretch.before = newest_node_id();
  stretch.result = f(inputs);
  if (!stretch.result.defined()) fail("checkpoint", "f returned an undefined Variable");
  for (Node* node : nodes_behind({stretch.result}, stretch.before)) {
    if (node->id() <= stretch.before) stretch.reached.push_back(node);
  }
  return stretch;
}

bool contains(const std::vector<Variable>& variables, const Node* node) {
  return std::any_of(variables.begin(), variables.end(),
                     [node](const Variable& variable) { return variable.node().get() == node; });
}

// x under a node of its own, through which the gradient's gradient still reaches x.
Variable alias(const Variable& x) {
  return record("alias", x.value(), {x}, {}, [](const Replay& r) -> Gradients { return {r.grad()}; });
}

// A result's bits as one number: equal results have equal ones, others hardly ever. FNV-1a over 8-byte words.
std::uint64_t fingerprint(const Tensor& x) {
  const Tensor numbers = x.contiguous();
  const std::size_t bytes = numbers.nbytes();
  const std::byte* at =
      numbers.storage()->data() + static_cast<std::size_t>(numbers.offset()) * item_size(numbers.dtype());
  std::uint64_t hash = 14695981039346656037u;
  for (std::size_t i = 0; i < bytes; i += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, at + i, std::min(sizeof word, bytes - i));
    hash = (hash ^ word) * 1099511628211u;
  }
  return hash;
}

// Sets a generator back to a former state, and to where it was when this ends.
class Rewind {
 public:
  Rewind(Generator& generator, const GeneratorState* state) : generator_(generator) {
    if (!state) return;
    now_ = generator.state();
    generator.set_state(*state);
  }
  ~Rewind() {
    if (now_) generator_.set_state(*now_);
  }
  Rewind(const Rewind&) = delete;
  Rewind& operator=(const Rewind&) = delete;

 private:
  Generator& generator_;
  std::optional<GeneratorState> now_;
};

// All that the second call needs besides the inputs, which the node keeps.
struct Again {
  CheckpointFunction f;
  std::size_t input_count;
  std::vector<Variable> captured;  // handles to the nodes alone, without a value
  Generator& generator;
  std::shared_ptr<const GeneratorState> state;  // before the first call, if f drew
  Shape shape;
  std::uint64_t fingerprint;

  Gradients operator()(const Replay& r) const;
};

Gradients Again::operator()(const Replay& r) const {
  const bool create_graph = r.is_recorded();
  const GradModeGuard recorded(true);
  const Rewind rewind(generator, state.get());
  std::vector<Variable> inputs;
  for (std::size_t i = 0; i < input_count; ++i) {
    const Variable x = r.saved(i);
    inputs.push_back(create_graph ? alias(x) : Variable(x.value(), r.wants(i)));
  }
  const Stretch stretch = call(f, inputs);
  if (stretch.result.shape() != shape || xgrad::fingerprint(stretch.result.value()) != fingerprint) {
    fail_state("checkpoint", "f returned ", shape, " at first and another ", stretch.result.shape(),
               " when backward() called it again: a parameter was changed in between, train() or eval() was "
               "called, or f draws from a generator that checkpoint was not given");
  }
  for (const Node* node : stretch.reached) {
    if (contains(inputs, node) || contains(captured, node)) continue;
    fail_state("checkpoint", "called again by backward(), f read node #", node->id(), " (", node->op(),
               ") of shape ", node->shape(), ", which it did not read at first: its gradient would be lost");
  }

  std::vector<Variable> targets = inputs;
  targets.insert(targets.end(), captured.begin(), captured.end());
  Gradients gradients(targets.size());
  std::vector<Variable> wanted;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (r.wants(i)) wanted.push_back(targets[i]);
  }
  if (!stretch.result.requires_grad()) return gradients;
  const std::vector<Variable> found =
      grad_since(stretch.before, stretch.result, wanted, r.grad(), create_graph);
  for (std::size_t i = 0, next = 0; i < targets.size(); ++i) {
    if (r.wants(i)) gradients[i] = found[next++];
  }
  return gradients;
}

}  // namespace

Variable checkpoint(CheckpointFunction f, const std::vector<Variable>& inputs, Generator& generator) {
  if (!f) fail("checkpoint", "the function is empty");
  check_defined("checkpoint", inputs);
  if (!grad_enabled()) return f(inputs);

  // The first call is recorded too, to learn which Variables f reads; then its tape is dropped.
  const GeneratorState before = generator.state();
  Again again{std::move(f), inputs.size(), {}, generator, nullptr, {}, 0};
  Tensor value;
  {
    std::vector<Variable> copies;
    for (const Variable& x : inputs) copies.emplace_back(x.value(), x.requires_grad());
    const Stretch stretch = call(again.f, copies);
    value = stretch.result.value();
    if (!stretch.result.requires_grad()) return value;
    for (Node* node : stretch.reached) {
      if (!contains(copies, node)) again.captured.push_back(Variable::of_node({}, node->shared_from_this()));
    }
  }
  if (generator.state() != before) again.state = std::make_shared<const GeneratorState>(before);
  again.shape = value.shape();
  again.fingerprint = fingerprint(value);
  std::vector<Variable> all = inputs;  // of the node
  all.insert(all.end(), again.captured.begin(), again.captured.end());
  const std::vector<Keep> keeps(inputs.begin(), inputs.end());
  return append_node("checkpoint", std::move(value), all, keeps, std::move(again));
}

}  // namespace xgrad
