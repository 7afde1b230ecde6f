#include <xgrad/core/tape.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <xgrad/core/counter.hpp>
#include <xgrad/core/error.hpp>

namespace xgrad {
namespace {

Counter<std::uint64_t> newest_id{0};

}  // namespace

Node::Node(const char* op, const Tensor& output)
    : id_(newest_id.add(1)),
      op_(op),
      shape_(output.shape()),
      dtype_(output.dtype()) {}

// A chain of a million nodes must not be destroyed by a million nested destructors. The outermost destructor
// in this thread keeps a list; every node that dies meanwhile, held as an input, as a saved value or in a
// rule's or a hook's captures, hands its body over to that list instead of destroying it on the spot.
Node::~Node() {
  thread_local std::vector<Body>* dying = nullptr;
  if (dying) {
    dying->push_back(std::move(body_));
    return;
  }
  std::vector<Body> list;
  list.reserve(16);
  dying = &list;
  list.push_back(std::move(body_));
  while (!list.empty()) {
    const Body body = std::move(list.back());
    list.pop_back();
  }
  dying = nullptr;
}

std::size_t Node::saved_bytes() const {
  std::size_t total = output_.value.defined() ? output_.value.nbytes() : 0;
  for (const Saved& saved : body_.saved) total += saved.value.defined() ? saved.value.nbytes() : 0;
  return total;
}

void Node::check_replayable() const {
  const Phase phase = phase_;
  if (phase == Phase::being_replayed) {
    fail_state("backward", "node #", id_, " (", op_,
               ") is being replayed, by its own rule or by another thread");
  }
  if (phase == Phase::replayed) {
    fail_state("backward", "node #", id_, " (", op_,
               ") was already replayed; pass retain_graph = true to keep it");
  }
}

void Node::forget() {
  body_.saved.clear();
  body_.rule = nullptr;
  output_.value = Tensor();
  phase_.store(Phase::replayed, std::memory_order_release);
}

std::unique_lock<std::mutex> Node::lock_grad() const {
  static std::array<std::mutex, 64> locks;  // threads that add to different leaves seldom meet
  return std::unique_lock(locks[id_ % locks.size()]);
}

std::uint64_t newest_node_id() { return newest_id.value(); }

bool Replay::wants(std::size_t input) const {
  if (input >= wants_.size()) {
    fail_state("backward", "the rule of node #", node_.id(), " (", node_.op(), ") asks for input ", input,
               " of ", wants_.size());
  }
  return wants_[input];
}

const Shape& Replay::input_shape(std::size_t input) const {
  if (!wants(input)) {
    fail_state("backward", "the rule of node #", node_.id(), " (", node_.op(),
               ") asks for the shape of input ", input, ", which wants no gradient; ask wants(", input,
               ") first");
  }
  return node_.body_.inputs[input]->shape();
}

Variable Replay::unpack(const Saved& saved, std::shared_ptr<Node> node) const {
  if (saved.value.version() != saved.version) {
    fail_state("backward", "node #", node_.id(), " (", node_.op(), ") kept a value of shape ",
               saved.value.shape(), " that was changed in place afterwards (version ", saved.version,
               ", now ", saved.value.version(), "); change a clone() of it, or change it after backward()");
  }
  return Variable::of_node(saved.value, std::move(node));
}

Variable Replay::saved(std::size_t i) const {
  const auto& all = node_.body_.saved;
  if (i >= all.size() || !all[i].value.defined()) {
    fail_state("backward", "the rule of node #", node_.id(), " (", node_.op(), ") asks for saved value ", i,
               ", which the op did not keep");
  }
  return unpack(all[i], all[i].node);
}

Variable Replay::output() const {
  if (!node_.output_.value.defined()) {
    fail_state("backward", "the rule of node #", node_.id(), " (", node_.op(),
               ") asks for its output, but the op did not say keeps_output");
  }
  return unpack(node_.output_, node_.shared_from_this());
}

void check_defined(std::string_view op, const Inputs& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].defined()) continue;
    if (arguments.size() == 1) fail(op, "the variable is undefined");
    fail(op, "operand ", i, " is undefined");
  }
}

void check_result(const char* op, const Tensor& value) {
  if (!op) fail("record", "the op needs a name");
  if (!value.defined()) fail(op, "the result to record is undefined");
}

bool wants_gradient(const Inputs& inputs) {
  if (!grad_enabled()) return false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].requires_grad()) return true;
  }
  return false;
}

// Newest first is a topological order, since an op's inputs exist before it. `next` is the newest node that
// is left, or else the heap's top is; most nodes go from being one's input to being next without the heap. A
// node reached along several edges comes out several times in a row, and is taken once.
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

Variable append_node(const char* op, Tensor value, const Inputs& inputs, std::span<const Keep> keeps,
                     Rule rule) {
  if (!is_floating(value.dtype())) fail(op, "a recorded result must be floating, not ", value.dtype());
  if (!rule) fail(op, "a recorded op needs a rule");
  auto node = std::allocate_shared<Node>(PoolAllocator<Node>(), op, value);
  node->body_.inputs.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    node->body_.inputs.push_back(inputs[i].requires_grad() ? inputs[i].node() : nullptr);
  }
  node->body_.saved.reserve(keeps.size());
  for (const Keep& keep : keeps) {
    if (keep.for_input_ < Keep::every_input || keep.for_input_ >= static_cast<int>(inputs.size())) {
      fail(op, "keep_for names input ", keep.for_input_, " of ", inputs.size());
    }
    const bool is_wanted = keep.for_input_ == Keep::every_input ||
                           inputs[static_cast<std::size_t>(keep.for_input_)].requires_grad();
    if (!keep.variable_) {
      node->output_ = {value, nullptr, value.version()};
    } else if (is_wanted && keep.variable_->defined()) {
      const Tensor& kept = keep.variable_->value();
      node->body_.saved.push_back(
          {kept, keep.variable_->requires_grad() ? keep.variable_->node() : nullptr, kept.version()});
    } else {
      node->body_.saved.push_back({});
    }
  }
  node->body_.rule = std::move(rule);
  return Variable::of_node(std::move(value), std::move(node));
}

}  // namespace xgrad
