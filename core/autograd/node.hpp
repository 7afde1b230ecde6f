#pragma once

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <xgrad/core/autograd/hooks.hpp>
#include <xgrad/core/autograd/replay.hpp>
#include <xgrad/core/base/fork_mutex.hpp>
#include <xgrad/core/base/small_vector.hpp>
#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

/// A value kept for the rule: its Tensor, the node that made it, and the version it had.
struct Saved {
  Tensor value;
  std::shared_ptr<Node> node;
  std::uint32_t version = 0;
};

/// One entry of the tape: what was done (`op`), to what (`inputs`), what it kept, and how to go back
/// (`rule`).
class Node : public std::enable_shared_from_this<Node> {
 public:
  using List = SmallVector<std::shared_ptr<Node>, 3>;

  static std::shared_ptr<Node> make(const char* op, const Tensor& output);

  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  std::uint64_t id() const { return id_; }  ///< counts up: an op's inputs always have smaller ids than the op
  const char* op() const { return op_; }    ///< "leaf" for a leaf
  const Shape& shape() const { return shape_; }  ///< of the output
  DType dtype() const { return dtype_; }
  bool is_leaf() const { return body_.inputs.empty(); }
  bool was_replayed() const { return phase_ == Phase::replayed; }
  /// The nodes of the inputs, null for an input that wants no gradient.
  const List& inputs() const { return body_.inputs; }
  std::size_t saved_bytes() const;  ///< what the saved values hold in memory, views counted by what they show

 private:
  friend class Variable;
  friend class Replay;
  friend class Engine;
  friend Variable append_node(const char*, Tensor&&, const class Inputs&, std::span<const class Keep>,
                              Rule&&);

  struct Body {  // all that may hold other nodes
    List inputs;
    std::vector<Saved, PoolAllocator<Saved>> saved;
    Rule rule;
    std::shared_ptr<Hooks> hooks;  // null where none was ever registered
  };
  enum class Phase : std::uint8_t { recorded, being_replayed, replayed };
  void check_replayable() const;                  // throws unless it is `recorded`
  std::unique_lock<ForkMutex> lock_grad() const;  // held while `grad_` is changed: threads share leaves
  void forget();                                  // drops what was saved, once replayed
  Node(const char* op, const Tensor& output);
  template <class T>
  struct Allocator;                      // all nodes are made and ended by it
  static void end(Node* node) noexcept;  // destroys it, when its turn comes

  std::uint64_t id_;
  const char* op_;
  Shape shape_;
  DType dtype_;
  std::atomic<Phase> phase_ = Phase::recorded;
  bool retains_grad_ = false;
  bool is_frozen_ = false;  // a leaf that has stopped requiring a gradient, though a tape still leads to it
  Body body_;
  std::atomic<bool> has_hooks_ = false;  // from then on `hooks` stays as it is, and threads may look at it
  Saved output_;                         // with keeps_output only
  Tensor grad_;                          // a leaf's, or a retained one
  Node* next_to_end_ = nullptr;          // of the nodes that wait for it (see `end`)
};

/// As errors name it: `node #12 (matmul)`.
std::ostream& operator<<(std::ostream& out, const Node& node);

}  // namespace xgrad
