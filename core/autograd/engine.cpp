#include <xgrad/core/autograd/engine.hpp>

#include <algorithm>
#include <utility>

#include <xgrad/core/autograd/node_scope.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/debug/anomaly.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>

namespace xgrad {

// A node is newer than its inputs, so newest first is a topological order: of the nodes that have been
// reached, the newest is always next. A node reached along several edges comes out several times in a row,
// and is taken once. The heap alone would do; `next`, where it is set, is newer than all that is in the heap,
// and saves most nodes the way through it.
std::vector<Node*> nodes_behind(const std::vector<Variable>& outputs, std::uint64_t before) {
  using Entry = std::pair<std::uint64_t, Node*>;
  std::vector<Entry> heap;
  Entry next{0, nullptr};
  const auto push = [&](Node* node) {
    Entry entry(node->id(), node);
    if (!next.second && (heap.empty() || entry >= heap.front())) {
      next = entry;
      return;
    }
    if (next.second && entry > next) std::swap(entry, next);
    heap.push_back(entry);
    std::push_heap(heap.begin(), heap.end());
  };
  for (const Variable& output : outputs) {
    if (output.requires_grad()) push(output.node().get());
  }
  std::vector<Node*> tape;
  while (next.second || !heap.empty()) {
    Node* node = std::exchange(next.second, nullptr);
    if (!node) {
      node = heap.front().second;
      std::pop_heap(heap.begin(), heap.end());
      heap.pop_back();
    }
    if (!tape.empty() && tape.back() == node) continue;
    tape.push_back(node);
    if (node->id() <= before) continue;
    for (const auto& input : node->inputs()) {
      if (input) push(input.get());
    }
  }
  return tape;
}

Engine::Engine(const std::vector<Variable>& outputs, bool retain_graph, bool create_graph,
               std::uint64_t before)
    : retain_graph_(retain_graph),
      create_graph_(create_graph),
      before_(before),
      tape_(nodes_behind(outputs, before)),
      slots_(tape_.size()),
      needed_(tape_.size(), true),
      is_target_(tape_.size(), false) {
  for (const Variable& output : outputs) roots_.push_back(output.node());
}

void Engine::seed(const Variable& output, const Variable& gradient) {
  accumulate(position(*output.node()), gradient);
}

void Engine::only_towards(const std::vector<Variable>& inputs) {
  fills_grad_ = false;
  needed_.assign(tape_.size(), false);
  for (const Variable& input : inputs) {
    const std::size_t at = position(*input.node());
    if (at < tape_.size()) needed_[at] = is_target_[at] = true;
  }
  for (std::size_t i = tape_.size(); i-- > 0;) {  // oldest first: a node is needed if an input of it is
    if (leads_on(*tape_[i])) needed_[i] = true;
  }
}

Variable Engine::arrived(const Variable& input) const {
  const std::size_t at = position(*input.node());
  return at < tape_.size() ? slots_[at] : Variable();
}

Tensor Engine::sum_so_far(const Node& node) const {
  if (anomaly::may_be_guarded()) return {};  // a guard looks at what each rule returns
  const Variable& slot = slots_[position(node)];
  return may_add_to(slot) ? slot.value() : Tensor();
}

void Engine::replay() {
  for (std::size_t i = 0; i < tape_.size(); ++i) {  // before anything has changed
    if (is_replayed(i)) tape_[i]->check_replayable();
  }
  const GradModeGuard mode(create_graph_);
  const anomaly::ReplayScope scope;
  for (std::size_t i = 0; i < tape_.size(); ++i) {
    if (!needed_[i] || !slots_[i].defined()) continue;
    Node& node = *tape_[i];
    if (node.has_hooks_.load(std::memory_order_acquire) && node.id() > before_)
      slots_[i] = (*node.body_.hooks)(node, std::move(slots_[i]));
    if (fills_grad_ && (node.is_leaf() || node.retains_grad_)) deposit(node, slots_[i]);
    // A target's gradient stays for the caller; the memory of others is free for the nodes to come.
    const Variable gradient = is_target_[i] ? slots_[i] : std::move(slots_[i]);
    if (is_replayed(i)) replay_node(node, gradient);
  }
}

// Where a node stands on the tape; tape_.size() if it doesn't.
std::size_t Engine::position(const Node& node) const {
  const auto at = std::lower_bound(tape_.begin(), tape_.end(), node.id(),
                                   [](const Node* other, std::uint64_t id) { return other->id() > id; });
  return at != tape_.end() && *at == &node ? static_cast<std::size_t>(at - tape_.begin()) : tape_.size();
}

bool Engine::leads_on(const Node& node) const {
  return node.id() > before_ && std::any_of(node.inputs().begin(), node.inputs().end(),
                                            [&](const auto& input) { return input && is_needed(*input); });
}

// A leaf has no rule. Nor is a rule called where no input wants a gradient: all are frozen, or lie behind a
// target.
bool Engine::is_replayed(std::size_t at) const {
  const Node& node = *tape_[at];
  return needed_[at] && !node.is_leaf() && ((!fills_grad_ && !is_target_[at]) || leads_on(node));
}

bool Engine::may_add_to(const Variable& slot) const { return !create_graph_ && slot.owns_memory(); }

namespace {

void add_in_place(const Tensor& sum, const Tensor& gradient) {
  kernels::add_into(sum, gradient, 1);
  sum.storage()->bump_version();
}

Variable recorded_sum(const Variable& a, const Variable& b) {
  return record("add", kernels::add(a.value(), b.value()), {a, b}, {}, [](const Replay& r) -> Gradients {
    return {r.grad(), r.grad()};
  });
}

}  // namespace

// The first gradient to arrive is borrowed; a later one makes a sum, in place once nobody else can see it.
void Engine::accumulate(std::size_t at, Variable gradient) {
  Variable& slot = slots_[at];
  if (!slot.defined()) {
    slot = std::move(gradient);
  } else if (may_add_to(slot)) {
    add_in_place(slot.value(), gradient.value());
  } else {
    slot = recorded_sum(slot, gradient);
  }
}

// A gradient that is kept owns its memory: `a + b` hands the same Tensor to both leaves, and clipping scales
// in place. A retained one that is no leaf's goes on to the node's rule, so what is kept is a copy.
void Engine::deposit(Node& node, const Variable& gradient) {
  const Tensor& value = gradient.value();
  const auto lock = node.lock_grad();
  if (node.grad_.defined()) {
    add_in_place(node.grad_, value);
  } else {
    node.grad_ = node.is_leaf() && gradient.owns_memory() ? value : value.clone();
  }
}

// A node's turn to be replayed: a replay that its rule starts, or another thread's, doesn't run into it.
class Engine::Turn {
 public:
  explicit Turn(Node& node) : node_(node) {
    Phase phase = Phase::recorded;
    while (!node_.phase_.compare_exchange_strong(phase, Phase::being_replayed)) {
      node_.check_replayable();
      phase = Phase::recorded;
    }
  }
  ~Turn() {
    if (!node_.was_replayed()) node_.phase_ = Phase::recorded;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  using Phase = Node::Phase;
  Node& node_;
};

namespace {

bool is_transpose(Shape a, const Shape& b) {
  if (a.dim() < 2) return false;
  std::swap(a[a.dim() - 1], a[a.dim() - 2]);
  return a == b;
}

// What a rule most likely forgot, for the text of the error.
const char* likely_fix(const Shape& gradient, const Shape& input) {
  if (gradient != input && is_broadcastable_to(input, gradient)) {
    return "; the op broadcast this input, so its gradient is a sum: sum_to(gradient, r.input_shape(i))";
  }
  if (is_transpose(gradient, input)) return "; it looks like a missing mT()";
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
               " and dtype ", inputs[i]->dtype(), likely_fix(gradient.shape(), inputs[i]->shape()));
  }
}

void Engine::replay_node(Node& node, const Variable& gradient) {
  const auto& inputs = node.inputs();
  const Turn turn(node);
  Gradients gradients = [&] {
    const NodeScope scope("the rule of", node);
    return node.body_.rule(Replay(*this, node, gradient));
  }();
  check_gradients(node, gradients);
  if (anomaly::may_be_guarded()) anomaly::check_gradients(node, gradient, gradients);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (wants(node, i) && gradients[i].defined()) accumulate(position(*inputs[i]), std::move(gradients[i]));
  }
  if (!retain_graph_) node.forget();
}

std::vector<Variable> grad_since(std::uint64_t before, const Variable& output,
                                 const std::vector<Variable>& inputs, const Variable& grad_output,
                                 bool create_graph) {
  Engine engine({output}, create_graph, create_graph, before);
  engine.only_towards(inputs);
  engine.seed(output, grad_output);
  engine.replay();
  std::vector<Variable> gradients;
  for (const Variable& input : inputs) gradients.push_back(engine.arrived(input));
  return gradients;
}

}  // namespace xgrad
