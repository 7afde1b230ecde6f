#include <xgrad/core/autograd/node.hpp>

#include <array>
#include <new>
#include <sstream>
#include <utility>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/recording.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/counter.hpp>
#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

Counter<std::uint64_t> newest_id{0};

struct GradientLock : ForkMutex {
  GradientLock() : ForkMutex(Level::gradient) {}
};

// One of 64 locks, so that threads that change different gradients rarely wait for each other. They are never
// destroyed: a static Variable may outlive them.
ForkMutex& gradient_lock(std::uint64_t id) {
  static auto& locks = *new std::array<GradientLock, 64>;
  return locks[id % locks.size()];
}
[[maybe_unused]] const ForkMutex& made_at_load = gradient_lock(0);  // before any thread forks

}  // namespace

Node::Node(const char* op, const Tensor& output)
    : id_(newest_id.add(1)), dtype_(output.dtype()), op_(op), shape_(output.shape()) {}

// Takes a node's memory from the pool, and destroys the node by `end`.
template <class T>
struct Node::Allocator : PoolAllocator<T> {
  Allocator() = default;
  template <class U>
  Allocator(const Allocator<U>&) noexcept {}
  void construct(Node* node, const char* op, const Tensor& output) { new (node) Node(op, output); }
  void destroy(Node* node) noexcept { Node::end(node); }
};

std::shared_ptr<Node> Node::make(const char* op, const Tensor& output) { return make(op, output, {}); }

std::shared_ptr<Node> Node::make(const char* op, const Tensor& output, const Inputs& inputs) {
  Recording* const recording = Recording::running();
  if (recording) {
    if (auto recorded = recording->replay(op, output, inputs)) return recorded;
  }
  auto node = std::allocate_shared<Node>(Allocator<Node>(), op, output);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    node->body_.inputs.push_back(inputs[i].requires_grad() ? inputs[i].node() : nullptr);
  }
  if (recording) recording->add(node);
  return node;
}

// Called when a node's last reference is gone. A chain of a million nodes must not be destroyed by a million
// nested destructors, so the outermost call in this thread destroys the nodes one after the other. A node
// that loses its last reference in one of these destructors (an input, a saved value, a capture of a rule or
// a hook) joins a list. The list runs through the nodes themselves, so it needs no memory. A waiting node's
// memory is kept by the weak reference to itself that enable_shared_from_this holds.
void Node::end(Node* node) noexcept {
  thread_local bool is_running = false;
  thread_local Node* first = nullptr;
  node->next_to_end_ = std::exchange(first, node);
  if (std::exchange(is_running, true)) return;
  while (first) {
    Node* const next = first;
    first = next->next_to_end_;
    next->~Node();
  }
  is_running = false;
}

std::size_t Node::saved_bytes() const {
  std::size_t total = 0;
  for (const Saved& saved : body_.saved) total += saved.value.defined() ? saved.value.nbytes() : 0;
  return total;
}

void Node::set_grad(Tensor grad) {
  if (grad_) {
    *grad_ = std::move(grad);
  } else if (grad.defined()) {
    grad_ = std::make_unique<Tensor>(std::move(grad));
  }
}

void Node::check_replayable() const {
  const Phase phase = phase_;
  if (phase == Phase::being_replayed) {
    fail_state("backward", *this, " is being replayed, by its own rule or by another thread");
  }
  if (phase == Phase::replayed) {
    fail_state("backward", *this, " was already replayed; pass retain_graph = true to keep it");
  }
}

void Node::forget() {
  body_.saved.clear();
  body_.rule = nullptr;
  phase_.store(Phase::replayed, std::memory_order_release);
}

void Node::end_step() noexcept {
  if (!was_replayed()) forget();
  has_hooks_.store(false, std::memory_order_release);
  body_.hooks.reset();
}

void Node::begin_step() {
  phase_.store(Phase::recorded, std::memory_order_release);
  retains_grad_ = is_frozen_ = keeps_output_ = false;
  set_grad(Tensor());
}

std::unique_lock<ForkMutex> Node::lock_grad() const { return std::unique_lock(gradient_lock(id_)); }

std::uint64_t newest_node_id() { return newest_id.value(); }

std::ostream& operator<<(std::ostream& out, const Node& node) {
  return out << "node #" << node.id() << " (" << node.op() << ')';
}

std::string NodeScope::place() const {
  std::ostringstream text;
  text << " (in " << part_ << ' ' << node_ << ')';
  if (outer()) text << outer()->place();  // a replay or a module around this one
  return std::move(text).str();
}

}  // namespace xgrad
