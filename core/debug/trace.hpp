#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>

namespace xgrad {

/// The tape of one result: every Node it depends on through gradients, oldest first, so that it reads like
/// the program that was run; `backward()` replays the same list from its end. Holding a Tape holds the graph.
class Tape {
 public:
  using Nodes = std::vector<std::shared_ptr<const Node>>;
  using Names = std::unordered_map<const Node*, std::string>;
  Tape(Nodes nodes, Names names) : nodes_(std::move(nodes)), names_(std::move(names)) {}

  std::size_t size() const { return nodes_.size(); }
  bool empty() const { return nodes_.empty(); }
  const Node& operator[](std::size_t i) const;
  Nodes::const_iterator begin() const { return nodes_.begin(); }
  Nodes::const_iterator end() const { return nodes_.end(); }

  std::string name(const Node& node) const;      ///< a leaf's, empty where it was given none
  std::size_t count(std::string_view op) const;  ///< how many nodes of this op
  std::size_t saved_bytes() const;  ///< what all nodes saved; a value that two of them keep is counted twice

  /// A Graphviz digraph, for `dot -Tsvg`: arrows point the way the numbers went, from the leaves (yellow
  /// where named, else green) to the result. Ops that keep something for the way back are blue, and say how
  /// much.
  std::string to_dot() const;

 private:
  Nodes nodes_;
  Names names_;
};

/// The tape of `result`, empty if no gradient flows to it. `names` (such as a module's `named_parameters()`)
/// are printed beside the leaves they belong to. Works before and after `backward()`, which leaves the nodes
/// in place and drops what they saved.
///
///     std::cout << trace(loss, model.named_parameters());
///
///     id  op           shape    inputs  saved bytes
///     #1  leaf weight  (4, 3)   -                 0
///     #2  matmul       (2, 3)   - #1             32
///     #3  sum          ()       #2                0
///     3 nodes, 1 of them leaves, 32 bytes saved
///
/// An input that wants no gradient is a `-`.
Tape trace(const Variable& result, const std::vector<std::pair<std::string, Variable>>& names = {});

std::ostream& operator<<(std::ostream& out, const Tape& tape);

}  // namespace xgrad
