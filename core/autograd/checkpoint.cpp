#include <xgrad/core/autograd/checkpoint.hpp>

#include <algorithm>
#include <optional>
#include <string_view>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/mixed_precision.hpp>
#include <xgrad/core/autograd/recording.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

bool contains(const std::vector<Node*>& nodes, const Node* node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

const Saved* find(const std::vector<Saved>& all, const Node* node) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const Saved& s) { return s.node.get() == node; });
  return at == all.end() ? nullptr : &*at;
}

// One call of f, recorded on its own stretch of the tape.
struct Call {
  std::uint64_t before = newest_node_id();  // older nodes are those of the inputs and of what f captured
  Variable result;
  std::vector<Node*> own;      // the result depends on these nodes that f made
  std::vector<Node*> reached;  // and on these older ones
  std::vector<Saved> reads;    // the older Variables that f's ops read, for the result or not
};

class ReadObserver : public Observer {
 public:
  explicit ReadObserver(Call& call) : call_(call) {}
  void see_op(const char*, const Variable&, const Inputs& inputs) override {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto& node = inputs[i].node();
      if (!node || node->id() > call_.before || find(call_.reads, node.get())) continue;
      call_.reads.push_back({inputs[i].value(), node, inputs[i].value().version()});
    }
  }

 private:
  Call& call_;
};

Call call(const CheckpointFunction& f, const std::vector<Variable>& inputs) {
  Call made;
  const auto observer = std::make_shared<ReadObserver>(made);
  observe(observer);
  made.result = f(inputs);
  if (!made.result.defined()) fail("checkpoint", "f returned an undefined Variable");
  for (Node* node : nodes_behind({made.result}, made.before)) {
    (node->id() > made.before ? made.own : made.reached).push_back(node);
  }
  return made;
}

// Nothing should hold a node of the first call once it is over. If a Variable that left f in another way than
// as its result holds one, a gradient that arrives there would be lost.
void refuse_gradients(const std::vector<std::weak_ptr<Node>>& nodes) {
  for (const auto& weak : nodes) {
    const std::shared_ptr<Node> node = weak.lock();
    if (!node) continue;
    Variable::of_node({}, node).register_hook([id = node->id(), op = node->op()](const Variable& g) {
      fail_state("checkpoint", "backward() reached node #", id, " (", op, ") of shape ", g.shape(),
                 ", which left f otherwise than as its result: gradients end there; return it from f, or "
                 "compute it outside");
    });
  }
}

void refuse_recorded_step() {
  if (!Recording::running()) return;
  fail_state(
      "checkpoint",
      "a recorded step keeps the nodes that checkpoint drops; call f directly, or run the step without "
      "a RecordedStep");
}

// x under a node of its own, through which the gradient's gradient reaches x.
Variable alias(const Variable& x) {
  return record("alias", x.value(), {x}, {}, [](const Replay& r) -> Gradients { return {r.grad()}; });
}

// A hash of x's bytes.
std::size_t fingerprint(const Tensor& x) {
  const Tensor copy = x.contiguous();
  const auto start = static_cast<std::size_t>(copy.offset()) * item_size(copy.dtype());
  const auto* bytes = reinterpret_cast<const char*>(copy.storage()->data() + start);
  return std::hash<std::string_view>()({bytes, copy.nbytes()});
}

// Sets a generator to a state while it lives, and then restores the former state.
class Rewind {
 public:
  Rewind(Generator& generator, const GeneratorState& state) : generator_(generator), now_(generator.state()) {
    generator.set_state(state);
  }
  ~Rewind() { generator_.set_state(now_); }
  Rewind(const Rewind&) = delete;
  Rewind& operator=(const Rewind&) = delete;

 private:
  Generator& generator_;
  GeneratorState now_;
};

// The rule of a checkpoint's node. The node's inputs are f's inputs, followed by the Variables that f
// captured.
struct CallAgain {
  CheckpointFunction f;
  Generator& generator;
  bool is_mixed = false;                     // the first call ran in mixed precision
  std::optional<GeneratorState> state = {};  // before the first call, if f drew
  std::vector<bool> reached = {};            // whether the first result depended on each input of the node
  std::vector<Saved> captured = {};          // as the first call read them
  Shape shape = {};                          // of the first result
  std::size_t hash = 0;

  Gradients operator()(const Replay& r) const;
  void check_same(const Call& again) const;
};

Gradients CallAgain::operator()(const Replay& r) const {
  refuse_recorded_step();
  const bool create_graph = grad_enabled();
  const GradModeGuard recorded(true);
  const MixedPrecision precision(is_mixed);
  std::optional<Rewind> rewind;
  if (state) rewind.emplace(generator, *state);
  std::vector<Variable> inputs;
  for (std::size_t i = 0; i + captured.size() < reached.size(); ++i) {
    const Variable x = r.saved(i);
    inputs.push_back(create_graph ? alias(x) : Variable(x.value(), r.wants(i)));
  }
  const Call again = call(f, inputs);
  check_same(again);

  std::vector<Node*> targets;
  for (const Variable& x : inputs) targets.push_back(x.node().get());
  for (const Saved& one : captured) targets.push_back(one.node.get());
  for (const Node* node : again.reached) {
    if (contains(targets, node)) continue;
    fail_state("checkpoint", "called again by backward(), f read ", *node, " of shape ", node->shape(),
               ", which it did not read at first: its gradient would be lost");
  }
  std::vector<Variable> wanted;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!r.wants(i)) continue;
    wanted.push_back(Variable::of_node({}, targets[i]->shared_from_this()));
    if (!reached[i] || contains(again.reached, targets[i])) continue;
    const Node& lost = i < inputs.size() ? *r.saved(i).node() : *targets[i];
    fail_state("checkpoint", "called again by backward(), f's result no longer depends on ", lost,
               " of shape ", lost.shape(), ": its gradient would be lost");
  }
  Gradients gradients(targets.size());
  if (!again.result.requires_grad()) return gradients;
  Engine engine({again.result}, create_graph, create_graph, again.before);
  engine.only_towards(wanted);
  engine.seed(again.result, r.grad());
  engine.replay();
  for (std::size_t i = 0, next = 0; i < targets.size(); ++i) {
    if (r.wants(i)) gradients[i] = engine.arrived(wanted[next++]);
  }
  return gradients;
}

// The same result does not show that nothing changed: a changed factor may have been multiplied by 0.
void CallAgain::check_same(const Call& again) const {
  if (again.result.shape() != shape || fingerprint(again.result.value()) != hash) {
    fail_state("checkpoint", "f returned ", shape, " at first and another ", again.result.shape(),
               " when backward() called it again: a parameter was changed in between, train() or eval() was "
               "called, or f draws from a generator that checkpoint was not given");
  }
  for (const Saved& first : captured) {
    const Saved* const now = find(again.reads, first.node.get());
    if (!now || !first.value.defined()) continue;
    if (now->value.storage() == first.value.storage() && now->version == first.version) continue;
    fail_state("checkpoint", *first.node, " of shape ", first.node->shape(),
               ", which f reads, was changed between its first call and backward(), which called it again; "
               "change it after backward()");
  }
}

}  // namespace

Variable checkpoint(CheckpointFunction f, const std::vector<Variable>& inputs, Generator& generator) {
  if (!f) fail("checkpoint", "the function is empty");
  refuse_recorded_step();
  check_defined("checkpoint", inputs);
  if (!grad_enabled()) return f(inputs);

  // The first call is recorded too, to learn which Variables f reads. Its tape is dropped.
  const GeneratorState before = generator.state();
  CallAgain again{.f = std::move(f), .generator = generator, .is_mixed = mixed_precision()};
  std::vector<Variable> node_inputs = inputs;
  std::vector<std::weak_ptr<Node>> dropped;
  Tensor value;
  bool is_recorded = false;
  {
    std::vector<Variable> copies;
    for (const Variable& x : inputs) copies.emplace_back(x.value(), x.requires_grad());
    Call first = call(again.f, copies);
    value = first.result.value();
    is_recorded = first.result.requires_grad();
    for (Node* node : first.own) dropped.push_back(node->weak_from_this());
    for (const Variable& copy : copies) {
      dropped.push_back(copy.node());
      again.reached.push_back(std::erase(first.reached, copy.node().get()) != 0);
    }
    for (Node* node : first.reached) {  // the rest was captured
      const Saved* const read = find(first.reads, node);
      again.captured.push_back(read ? *read : Saved{.node = node->shared_from_this()});
      again.reached.push_back(true);
      node_inputs.push_back(Variable::of_node({}, node->shared_from_this()));
    }
  }
  refuse_gradients(dropped);
  if (!is_recorded) return value;
  if (generator.state() != before) again.state = before;
  again.shape = value.shape();
  again.hash = fingerprint(value);
  const std::vector<Keep> keeps(inputs.begin(), inputs.end());
  Variable result = append_node("checkpoint", std::move(value), node_inputs, keeps, std::move(again));
  if (is_observed()) show_op("checkpoint", result, inputs);  // to a checkpoint around this one
  return result;
}

}  // namespace xgrad
