#pragma once

// Collects the tape and replays it, for backward(), grad() and checkpoint(). Not installed.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <xgrad/core/autograd/node.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/memory/pool.hpp>

namespace xgrad {

/// The tape: the nodes that these outputs depend on, newest first. They live as long as the outputs' own
/// nodes. A node with an id up to `before` ends the search: what lies behind it is left out.
PoolVector<Node*> nodes_behind(const std::vector<Variable>& outputs, std::uint64_t before = 0);

std::uint64_t newest_node_id();  // node.cpp
/// Whether this thread is replaying a tape.
bool is_replaying();

/// While a node's rule or a hook on it runs, errors end with " (in the rule of node #12 (square))".
class NodeScope : public ErrorScope {
 public:
  /// `part` is "the rule of" or "a hook on".
  NodeScope(const char* part, const Node& node) : part_(part), node_(node) {}
  std::string place() const override;  // node.cpp

 private:
  const char* part_;
  const Node& node_;
};

/// One replay of the tape behind some outputs.
class Engine {
 public:
  /// Nodes with ids up to `before` are ends: their hooks are not called, nor their rules.
  Engine(const std::vector<Variable>& outputs, bool retain_graph, bool create_graph,
         std::uint64_t before = 0);

  /// The replay starts from here. `gradient` is dL/d(output).
  void seed(const Variable& output, const Variable& gradient);
  /// Limits `replay` to the nodes that lead to these inputs, and keeps the inputs' gradients for `arrived`.
  /// No `grad()` changes.
  void only_towards(const std::vector<Variable>& inputs);
  void replay();
  /// The gradient of one of those inputs; undefined if none arrived.
  Variable arrived(const Variable& input) const;

  /// Whether a node's rule has to compute the gradient of this input.
  bool wants(const Node& node, std::size_t input) const {
    const auto& from = node.inputs()[input];
    return from && is_needed(*from);
  }
  /// The gradient that has arrived at a node so far, if a rule may add to it in place; else undefined.
  Tensor sum_so_far(const Node& node) const;

 private:
  class ReplayMark;

  std::size_t position(const Node& node) const;
  bool is_needed(const Node& node) const {
    return fills_grad_ ? !node.is_frozen_ : bool{needed_[position(node)]};
  }
  struct Completion {  // the gradient of a leaf is complete after the turn of the node at `after`
    std::size_t after, leaf;
  };
  PoolVector<Completion> hooked_leaves() const;
  bool calls_hooks(const Node& node) const;
  void take_turn(std::size_t at, bool replays_rule);
  bool leads_on(const Node& node) const;
  bool is_replayed(std::size_t at) const;
  bool may_add_to(const Variable& slot) const;
  void accumulate(std::size_t at, Variable gradient);
  void replay_node(Node& node, const Variable& gradient);
  void check_gradients(const Node& node, Gradients& gradients) const;  // check_gradients.cpp
  static void deposit(Node& node, const Variable& gradient);

  bool retain_graph_;
  bool create_graph_;
  std::uint64_t before_;
  bool fills_grad_ = true;                    // backward() fills grad() of leaves and retained nodes
  PoolVector<Node*> tape_;                    // newest first
  PoolVector<std::uint64_t> ids_;             // theirs: a search through the nodes would miss the cache
  std::size_t replayed_ = 0;                  // the position of the node being replayed
  std::vector<std::shared_ptr<Node>> roots_;  // keep the tape alive
  PoolVector<Variable> slots_;                // each node's gradient so far
  PoolVector<bool> needed_;                   // whether a node leads to an input of `only_towards`
  PoolVector<bool> is_target_;                // whether it is one of those inputs
};

}  // namespace xgrad
