#include <xgrad/core/node.hpp>

#include <array>
#include <ostream>
#include <utility>

#include <xgrad/core/counter.hpp>
#include <xgrad/core/engine.hpp>
#include <xgrad/core/error.hpp>

namespace xgrad {
namespace {

Counter<std::uint64_t> newest_id{0};

}  // namespace

Node::Node(const char* op, const Tensor& output)
    : id_(newest_id.add(1)), op_(op), shape_(output.shape()), dtype_(output.dtype()) {}

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
    fail_state("backward", *this, " is being replayed, by its own rule or by another thread");
  }
  if (phase == Phase::replayed) {
    fail_state("backward", *this, " was already replayed; pass retain_graph = true to keep it");
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

std::ostream& operator<<(std::ostream& out, const Node& node) {
  return out << "node #" << node.id() << " (" << node.op() << ')';
}

}  // namespace xgrad
