#pragma once

// How the tape is collected and replayed: what backward(), grad() and checkpoint() have in common. Not for
// programs that use xgrad.

#include <cstdint>
#include <memory>
#include <vector>

#include <xgrad/core/autograd/node.hpp>

namespace xgrad {

/// The nodes that these outputs depend on, newest first: the tape, as `backward()` replays it and `trace`
/// shows it. They live as long as the outputs' own nodes. What lies behind nodes up to the id `before` is
/// left out.
std::vector<Node*> nodes_behind(const std::vector<Variable>& outputs, std::uint64_t before = 0);

std::uint64_t newest_node_id();
/// `grad` on the stretch of the tape that is newer than the id `before`: nodes up to it are ends, and their
/// hooks are not called. An input that is not reached gives an undefined Variable.
std::vector<Variable> grad_since(std::uint64_t before, const Variable& output,
                                 const std::vector<Variable>& inputs, const Variable& grad_output,
                                 bool create_graph);

/// One replay of the tape behind some outputs.
class Engine {
 public:
  /// What lies behind nodes up to the id `before` is left alone.
  Engine(const std::vector<Variable>& outputs, bool retain_graph, bool create_graph,
         std::uint64_t before = 0);

  /// dL/d(output): where the replay starts.
  void seed(const Variable& output, const Variable& gradient);
  /// For grad(): replays only what leads to these nodes, and keeps the gradients that arrive there for the
  /// caller, instead of leaving them in the leaves.
  void only_towards(const std::vector<Variable>& inputs);
  void replay();
  /// The gradient that arrived at one of these; undefined if none did.
  Variable arrived(const Variable& input) const;

  /// Whether the gradient of this input of a node is asked for.
  bool wants(const Node& node, std::size_t input) const {
    const auto& from = node.inputs()[input];
    return from && is_needed(*from);
  }
  /// What has arrived at a node, if a rule may add to it in place.
  Tensor sum_so_far(const Node& node) const;

 private:
  class Turn;

  std::size_t position(const Node& node) const;
  bool is_needed(const Node& node) const {
    return fills_grad_ ? !node.is_frozen_ : bool{needed_[position(node)]};
  }
  bool leads_on(const Node& node) const;
  bool is_replayed(std::size_t at) const;
  bool may_add_to(const Variable& slot) const;
  void accumulate(std::size_t at, Variable gradient);
  void replay_node(Node& node, const Variable& gradient);
  void check_gradients(const Node& node, Gradients& gradients) const;
  static void deposit(Node& node, const Variable& gradient);

  bool retain_graph_;
  bool create_graph_;
  std::uint64_t before_;
  bool fills_grad_ = true;                    // of leaves and retained nodes: backward(), not grad()
  std::vector<Node*> tape_;                   // newest first
  std::vector<std::shared_ptr<Node>> roots_;  // keep the tape alive
  std::vector<Variable> slots_;               // the gradient that has arrived at each node so far
  std::vector<bool> needed_;                  // lies between the outputs and what is asked for
  std::vector<bool> is_target_;               // asked for by grad()
};

}  // namespace xgrad
