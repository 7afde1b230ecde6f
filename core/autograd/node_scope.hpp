#pragma once

// Not installed.

#include <string>

#include <xgrad/core/autograd/node.hpp>
#include <xgrad/core/base/error.hpp>

namespace xgrad {

/// While a node's rule or a hook on it runs, errors end with " (in the rule of node #12 (square))".
class NodeScope : public ErrorScope {
 public:
  /// `part` is "the rule of" or "a hook on".
  NodeScope(const char* part, const Node& node) : part_(part), node_(node) {}
  std::string place() const override;

 private:
  const char* part_;
  const Node& node_;
};

}  // namespace xgrad
