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

class Inputs;

/// A value kept for the rule: its Tensor, the node that made it, and the version it had.
struct Saved {
  Tensor value = {};
  std::shared_ptr<Node> node = {};
  std::uint32_t version = 0;
};

/// One entry of the tape: the name of an op, the nodes of its inputs, the values it saved, and its rule.
class Node : public std::enable_shared_from_this<Node> {
 public:
  using List = SmallVector<std::shared_ptr<Node>, 3>;

  /// A leaf's node, or an op's with its inputs. It takes the next id. In a replay of a RecordedStep it is the
  /// next recorded node.
  static std::shared_ptr<Node> make(const char* op, const Tensor& output);
  static std::shared_ptr<Node> make(const char* op, const Tensor& output, const Inputs& inputs);

  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  std::uint64_t id() const { return id_; }  ///< counts up: an op's inputs always have smaller ids than the op
  const char* op() const { return op_; }    ///< "leaf" for a leaf
  const Shape& shape() const { return shape_; }  ///< the output's
  DType dtype() const { return dtype_; }
  bool is_leaf() const { return body_.inputs.empty(); }
  bool was_replayed() const { return phase_ == Phase::replayed; }
  /// The nodes of the inputs; null for an input that wants no gradient.
  const List& inputs() const { return body_.inputs; }
  std::size_t saved_bytes() const;  ///< the size of the saved values; a view counts its own elements

 private:
  friend class Variable;
  friend class Replay;
  friend class Engine;
  friend class Recording;
  friend Variable append_node(const char*, Tensor&&, const Inputs&, std::span<const class Keep>, Rule&&);

  struct Body {  // everything that may own other nodes
    List inputs;
    PoolVector<Saved> saved;
    Rule rule;
    std::shared_ptr<Hooks> hooks;  // null until the first one is registered
  };
  enum class Phase : std::uint8_t { recorded, being_replayed, replayed };
  bool has_grad() const { return grad_ && grad_->defined(); }
  void set_grad(Tensor grad);
  void check_replayable() const;                  // throws unless it is `recorded`
  std::unique_lock<ForkMutex> lock_grad() const;  // for changes of `grad_`: threads share leaves
  void forget();                                  // drops rule and saved values after the replay
  void end_step() noexcept;  // drops rule, values and hooks; a Recording keeps op, shape and inputs
  void begin_step();         // makes it a fresh node of the same op
  Node(const char* op, const Tensor& output);
  template <class T>
  struct Allocator;                      // makes and ends every node
  static void end(Node* node) noexcept;  // destroys it without recursion

  // The search for a tape reads what comes first, up to the inputs: one or two cache lines.
  std::uint64_t id_;
  std::atomic<Phase> phase_ = Phase::recorded;
  std::atomic<bool> has_hooks_ = false;  // once true, `hooks` is fixed and any thread may read it
  bool retains_grad_ = false;
  bool is_frozen_ = false;     // a leaf that no longer requires a gradient; older tapes still lead to it
  bool keeps_output_ = false;  // the last saved value is the output
  DType dtype_;
  Body body_;
  const char* op_;
  Shape shape_;
  std::unique_ptr<Tensor> grad_;  // a leaf's, or a retained one; null until the first one
  Node* next_to_end_ = nullptr;   // the list of nodes that wait for their end (see `end`)
};

/// As errors name it: `node #12 (matmul)`.
std::ostream& operator<<(std::ostream& out, const Node& node);

}  // namespace xgrad
