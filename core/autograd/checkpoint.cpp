#include <xgrad/core/autograd/checkpoint.hpp>

#include <algorithm>
#include <cstring>
#include <optional>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/input_watch.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

// The value of a node from before, as f read it.
struct Read {
  const Node* node;
  Tensor value;
  std::uint32_t version;
};

class Reads : public InputWatch {
 public:
  explicit Reads(std::uint64_t before) : before_(before) {}
  void see(const Inputs& inputs) override {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Node* const node = inputs[i].node().get();
      if (!node || node->id() > before_ || find(all_, node)) continue;
      all_.push_back({node, inputs[i].value(), inputs[i].value().version()});
    }
  }
  static const Read* find(const std::vector<Read>& all, const Node* node) {
    const auto at =
        std::find_if(all.begin(), all.end(), [node](const Read& read) { return read.node == node; });
    return at == all.end() ? nullptr : &*at;
  }
  std::vector<Read> take() { return std::move(all_); }

 private:
  std::uint64_t before_;
  std::vector<Read> all_;
};

// One call of f, recorded on its own stretch of the tape.
struct Stretch {
  Variable result;
  std::uint64_t before;        // the newest node that is not part of it
  std::vector<Node*> reached;  // the nodes from before that it reads: its inputs' and those f captured
  std::vector<Node*> inner;    // its own
  std::vector<Read> reads;
};

Stretch call(const CheckpointFunction& f, const std::vector<Variable>& inputs) {
  Stretch stretch;
  stretch.before = newest_node_id();
  Reads reads(stretch.before);
  stretch.result = f(inputs);
  if (!stretch.result.defined()) fail("checkpoint", "f returned an undefined Variable");
  for (Node* node : nodes_behind({stretch.result}, stretch.before)) {
    (node->id() <= stretch.before ? stretch.reached : stretch.inner).push_back(node);
  }
  stretch.reads = reads.take();
  return stretch;
}

// Nodes that should have died with the first call. One that has not is held by what left f otherwise than as
// its result, and what arrives there would be lost.
class Strays {
 public:
  void add(Node& node) { nodes_.push_back(node.weak_from_this()); }
  void refuse_gradients() const {
    for (const std::weak_ptr<Node>& weak : nodes_) {
      const std::shared_ptr<Node> node = weak.lock();
      if (!node) continue;
      Variable::of_node({}, node).register_hook([id = node->id(), op = node->op()](const Variable& g) {
        fail_state("checkpoint", "backward() reached node #", id, " (", op, ") of shape ", g.shape(),
                   ", which left f otherwise than as its result: gradients end there; return it from f, or "
                   "compute it outside");
      });
    }
  }

 private:
  std::vector<std::weak_ptr<Node>> nodes_;
};

bool contains(const std::vector<Node*>& nodes, const Node* node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
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
  std::vector<bool> reads_input;   // of each input, whether the result depended on it
  std::vector<Variable> captured;  // handles to the nodes alone, without a value
  std::vector<Read> reads;         // of the captured
  Generator& generator;
  std::shared_ptr<const GeneratorState> state;  // before the first call, if f drew
  Shape shape;
  std::uint64_t fingerprint;

  Gradients operator()(const Replay& r) const;

 private:
  void check_same(const Stretch& stretch) const;
  void check_reached(const Stretch& stretch, const std::vector<Variable>& inputs, const Replay& r) const;
};

// The same result does not say that all is the same: times 0, say, it is.
void Again::check_same(const Stretch& stretch) const {
  if (stretch.result.shape() != shape || xgrad::fingerprint(stretch.result.value()) != fingerprint) {
    fail_state("checkpoint", "f returned ", shape, " at first and another ", stretch.result.shape(),
               " when backward() called it again: a parameter was changed in between, train() or eval() was "
               "called, or f draws from a generator that checkpoint was not given");
  }
  for (const Read& first : reads) {
    const Read* const now = Reads::find(stretch.reads, first.node);
    if (!now || (now->value.storage() == first.value.storage() && now->version == first.version)) continue;
    fail_state("checkpoint", *first.node, " of shape ", first.node->shape(),
               ", which f reads, was changed between its first call and backward(), which called it again; "
               "change it after backward()");
  }
}

// What the first call depended on and the second one doesn't would get no gradient, nor would what is new.
void Again::check_reached(const Stretch& stretch, const std::vector<Variable>& inputs,
                          const Replay& r) const {
  for (const Node* node : stretch.reached) {
    if (contains(inputs, node) || contains(captured, node)) continue;
    fail_state("checkpoint", "called again by backward(), f read ", *node, " of shape ", node->shape(),
               ", which it did not read at first: its gradient would be lost");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!r.wants(i) || !reads_input[i] || contains(stretch.reached, inputs[i].node().get())) continue;
    fail_state("checkpoint", "called again by backward(), f's result does not depend on input ", i,
               " of shape ", inputs[i].shape(), ", as it did at first: its gradient would be lost");
  }
  for (std::size_t i = 0; i < captured.size(); ++i) {
    const Node* const node = captured[i].node().get();
    if (!r.wants(inputs.size() + i) || contains(stretch.reached, node)) continue;
    fail_state("checkpoint", "called again by backward(), f did not read ", *node, " of shape ",
               node->shape(), ", as it did at first: its gradient would be lost");
  }
}

Gradients Again::operator()(const Replay& r) const {
  const bool create_graph = r.is_recorded();
  const GradModeGuard recorded(true);
  const Rewind rewind(generator, state.get());
  std::vector<Variable> inputs;
  for (std::size_t i = 0; i < reads_input.size(); ++i) {
    const Variable x = r.saved(i);
    inputs.push_back(create_graph ? alias(x) : Variable(x.value(), r.wants(i)));
  }
  const Stretch stretch = call(f, inputs);
  check_same(stretch);
  check_reached(stretch, inputs, r);

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
  Again again{std::move(f), {}, {}, {}, generator, nullptr, {}, 0};
  Tensor value;
  bool is_recorded = false;
  Strays strays;
  {
    std::vector<Variable> copies;
    for (const Variable& x : inputs) copies.emplace_back(x.value(), x.requires_grad());
    const Stretch stretch = call(again.f, copies);
    value = stretch.result.value();
    for (Node* node : stretch.inner) strays.add(*node);
    for (const Variable& copy : copies) {
      if (copy.node()) strays.add(*copy.node());
      again.reads_input.push_back(contains(stretch.reached, copy.node().get()));
    }
    for (Node* node : stretch.reached) {
      if (contains(copies, node)) continue;
      again.captured.push_back(Variable::of_node({}, node->shared_from_this()));
      if (const Read* read = Reads::find(stretch.reads, node)) again.reads.push_back(*read);
    }
    is_recorded = stretch.result.requires_grad();
  }
  strays.refuse_gradients();
  if (!is_recorded) return value;
  if (generator.state() != before) again.state = std::make_shared<const GeneratorState>(before);
  again.shape = value.shape();
  again.fingerprint = fingerprint(value);
  std::vector<Variable> all = inputs;  // of the node
  all.insert(all.end(), again.captured.begin(), again.captured.end());
  const std::vector<Keep> keeps(inputs.begin(), inputs.end());
  InputWatch::show(inputs);  // to a checkpoint around this one
  return append_node("checkpoint", std::move(value), all, keeps, std::move(again));
}

}  // namespace xgrad
