#include <xgrad/core/autograd/engine.hpp>

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include <xgrad/core/autograd/recording.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>

namespace xgrad {
namespace {

thread_local bool replays = false;

class ReplayScope {
 public:
  ReplayScope() : outer_(std::exchange(replays, true)) {}
  ~ReplayScope() { replays = outer_; }
  ReplayScope(const ReplayScope&) = delete;
  ReplayScope& operator=(const ReplayScope&) = delete;

 private:
  bool outer_;
};

}  // namespace

bool is_replaying() { return replays; }

// A node is newer than its inputs, so newest first is a topological order, and the newest of the nodes
// reached so far comes next. A node reached along several edges leaves the heap several times in a row.
PoolVector<Node*> nodes_behind(const std::vector<Variable>& outputs, std::uint64_t before) {
  const auto older = [](const Node* a, const Node* b) { return a->id() < b->id(); };
  std::priority_queue<Node*, std::vector<Node*>, decltype(older)> reached(older);
  for (const Variable& output : outputs) {
    if (output.requires_grad()) reached.push(output.node().get());
  }
  PoolVector<Node*> tape;
  while (!reached.empty()) {
    Node* const node = reached.top();
    reached.pop();
    if (!tape.empty() && tape.back() == node) continue;
    tape.push_back(node);
    if (node->id() <= before) continue;
    for (const auto& input : node->inputs()) {
      if (input) reached.push(input.get());
    }
  }
  return tape;
}

Engine::Engine(const std::vector<Variable>& outputs, bool retain_graph, bool create_graph,
               std::uint64_t before)
    : retain_graph_(retain_graph),
      create_graph_(create_graph),
      before_(before),
      tape_(Recording::running() ? Recording::running()->tape_behind(outputs, before)
                                 : nodes_behind(outputs, before)),
      slots_(tape_.size()),
      needed_(tape_.size(), true),
      is_target_(tape_.size(), false) {
  for (const Variable& output : outputs) roots_.push_back(output.node());
  ids_.reserve(tape_.size());
  for (const Node* node : tape_) ids_.push_back(node->id());
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
  if (is_observed()) return {};  // an observer sees what each rule returns
  const Variable& slot = slots_[position(node)];
  if (!may_add_to(slot)) return {};
  slot.value().storage()->bump_version();  // the caller changes it
  return slot.value();
}

void Engine::replay() {
  PoolVector<bool> replays_rule(tape_.size());
  bool has_hooked_leaf = false;
  for (std::size_t i = 0; i < tape_.size(); ++i) {  // a refused replay changes nothing
    replays_rule[i] = is_replayed(i);
    if (replays_rule[i]) tape_[i]->check_replayable();
    has_hooked_leaf = has_hooked_leaf || (tape_[i]->is_leaf() && calls_hooks(*tape_[i]));
  }
  const PoolVector<Completion> completions = has_hooked_leaf ? hooked_leaves() : PoolVector<Completion>();
  const GradModeGuard mode(create_graph_);
  const ReplayScope scope;
  auto next = completions.begin();
  for (std::size_t i = 0; i < tape_.size(); ++i) {
    replayed_ = i;
    take_turn(i, replays_rule[i]);
    for (; next != completions.end() && next->after == i; ++next) {
      take_turn(next->leaf, false);
      needed_[next->leaf] = false;  // the loop skips it when it comes to it
    }
  }
}

void Engine::take_turn(std::size_t at, bool replays_rule) {
  if (!needed_[at] || !slots_[at].defined()) return;
  Node& node = *tape_[at];
  if (calls_hooks(node)) slots_[at] = (*node.body_.hooks)(node, std::move(slots_[at]));
  if (fills_grad_ && (node.is_leaf() || node.retains_grad_)) deposit(node, slots_[at]);
  // A target's gradient stays for the caller. The memory of the others is free once the rule is done.
  const Variable gradient = is_target_[at] ? slots_[at] : std::move(slots_[at]);
  if (replays_rule) replay_node(node, gradient);
}

bool Engine::calls_hooks(const Node& node) const {
  return node.has_hooks_.load(std::memory_order_acquire) && node.id() > before_;
}

// A leaf is older than all nodes that use it, so it stands at the end of the tape. Its gradient is complete
// after the replay of the oldest of them, though, and its hooks are called then: one that sends the gradient
// to another process has the rest of the replay for it.
PoolVector<Engine::Completion> Engine::hooked_leaves() const {
  const std::size_t unused = tape_.size();
  PoolVector<std::size_t> oldest_user(tape_.size(), unused);
  for (std::size_t i = 0; i < tape_.size(); ++i) {
    for (const auto& input : tape_[i]->inputs()) {
      if (!input || !input->is_leaf() || !calls_hooks(*input)) continue;
      if (const std::size_t at = position(*input); at < tape_.size()) oldest_user[at] = i;
    }
  }
  PoolVector<Completion> found;
  for (std::size_t leaf = 0; leaf < tape_.size(); ++leaf) {
    if (oldest_user[leaf] != unused) found.push_back({.after = oldest_user[leaf], .leaf = leaf});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Completion& a, const Completion& b) { return a.after < b.after; });
  return found;
}

// A node's position on the tape; tape_.size() if it is not there. Most nodes that are asked for are inputs of
// the node being replayed and stand a few places behind it. So the search begins there, and doubles its
// steps.
std::size_t Engine::position(const Node& node) const {
  const std::uint64_t id = node.id();
  auto first = ids_.begin();
  if (replayed_ < ids_.size() && ids_[replayed_] > id) first += static_cast<std::ptrdiff_t>(replayed_);
  std::ptrdiff_t step = 1;
  while (step < ids_.end() - first && first[step] > id) {
    first += step;
    step *= 2;
  }
  const auto last = first + std::min(step + 1, ids_.end() - first);
  const auto at = std::lower_bound(first, last, id, std::greater<>());
  const bool is_on_tape =
      at != last && *at == id && tape_[static_cast<std::size_t>(at - ids_.begin())] == &node;
  return is_on_tape ? static_cast<std::size_t>(at - ids_.begin()) : tape_.size();
}

bool Engine::leads_on(const Node& node) const {
  return node.id() > before_ && std::any_of(node.inputs().begin(), node.inputs().end(),
                                            [&](const auto& input) { return input && is_needed(*input); });
}

// A leaf has no rule. backward() skips a rule whose inputs are all frozen. grad() skips the rule of a target
// that leads to no other target.
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

// The first gradient is borrowed, the second makes a sum, and later ones are added to that in place.
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

// A leaf's gradient owns its memory: `a + b` hands the same Tensor to both leaves, and clipping scales in
// place. The rule of a node that is no leaf still reads its gradient, so a retained one is a copy.
void Engine::deposit(Node& node, const Variable& gradient) {
  const Tensor& value = gradient.value();
  const auto lock = node.lock_grad();
  if (node.has_grad()) {
    add_in_place(*node.grad_, value);
  } else {
    node.set_grad(node.is_leaf() && gradient.owns_memory() ? value : value.clone());
  }
}

// Marks a node as being replayed. Meanwhile its own rule and other threads cannot replay it.
class Engine::ReplayMark {
 public:
  explicit ReplayMark(Node& node) : node_(node) {
    Phase phase = Phase::recorded;
    while (!node_.phase_.compare_exchange_strong(phase, Phase::being_replayed)) {
      node_.check_replayable();
      phase = Phase::recorded;
    }
  }
  ~ReplayMark() {
    if (!node_.was_replayed()) node_.phase_ = Phase::recorded;
  }
  ReplayMark(const ReplayMark&) = delete;
  ReplayMark& operator=(const ReplayMark&) = delete;

 private:
  using Phase = Node::Phase;
  Node& node_;
};

void Engine::replay_node(Node& node, const Variable& gradient) {
  const auto& inputs = node.inputs();
  const ReplayMark mark(node);
  Gradients gradients = [&] {
    const NodeScope scope("the rule of", node);
    return node.body_.rule(Replay(*this, node, gradient));
  }();
  check_gradients(node, gradients);
  if (is_observed()) {
    for (const auto& observer : observers()) observer->see_gradients(node, gradient, gradients);
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (wants(node, i) && gradients[i].defined()) accumulate(position(*inputs[i]), std::move(gradients[i]));
  }
  if (!retain_graph_) node.forget();
}

}  // namespace xgrad
