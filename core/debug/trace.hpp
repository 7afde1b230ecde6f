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

/// The tape of one result: every Node that it depends on through gradients, oldest first, so that it reads
/// like the program. `backward()` replays the same list from its end. A Tape keeps the graph alive.
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

  std::string name(const Node& node) const;      ///< a leaf's; empty if it has none
  std::size_t count(std::string_view op) const;  ///< of the nodes of this op
  std::size_t saved_bytes() const;               ///< of all nodes; a value that two of them save counts twice

  /// A Graphviz digraph, for `dot -Tsvg`. Arrows point from the leaves to the result. Named leaves are
  /// yellow, other leaves green. Ops that saved values for the backward pass are blue, and say how many
  /// bytes.
  std::string to_dot() const;

 private:
  Nodes nodes_;
  Names names_;
};

/// The tape of `result`; empty if no gradient flows to it. `names` (such as a module's `named_parameters()`)
/// are printed beside their leaves. Works before and after `backward()`, which keeps the nodes and drops the
/// values that they saved.
///
///     std::cout << trace(loss, model.named_parameters());
///
///     id  op           shape    inputs  saved bytes
///     #1  leaf weight  (4, 3)   -                 0
///     #2  matmul       (2, 3)   - #1             32
///     #3  sum          ()       #2                0
///     3 nodes, 1 of them leaves, 32 bytes saved
///
/// A `-` is an input that needs no gradient.
Tape trace(const Variable& result, const std::vector<std::pair<std::string, Variable>>& names = {});

std::ostream& operator<<(std::ostream& out, const Tape& tape);

}  // namespace xgrad
