#include <xgrad/nn/forward_scope.hpp>

#include <utility>

#include <xgrad/nn/members.hpp>

namespace xgrad::nn {
namespace {

// The dotted path from one module down to another; empty if there is none.
std::string path_between(const Module& root, const Module& wanted) {
  std::string path;
  for_each_member(root, [&](const Member& member) {
    if (!member.child || !path.empty()) return;
    if (member.child == &wanted) {
      path = member.name;
    } else if (const std::string below = path_between(*member.child, wanted); !below.empty()) {
      path = std::string(member.name) + '.' + below;
    }
  });
  return path;
}

// The scope of a module around this one; null if there is none.
const ForwardScope* enclosing(const ForwardScope& scope) {
  const ErrorScope* outer = scope.outer();
  while (outer && !dynamic_cast<const ForwardScope*>(outer)) outer = outer->outer();
  return static_cast<const ForwardScope*>(outer);
}

}  // namespace

// The path starts at the outermost module that has the innermost one below it. If none has, the next module
// outwards takes the place of the innermost.
std::string ForwardScope::place() const {
  std::string path;
  for (const ForwardScope* inner = this; inner && path.empty(); inner = enclosing(*inner)) {
    for (const ForwardScope* root = enclosing(*inner); root; root = enclosing(*root)) {
      std::string longer = path_between(root->module_, inner->module_);
      if (!longer.empty()) path = std::move(longer);
    }
  }
  return path.empty() ? path : " (in " + path + ")";
}

}  // namespace xgrad::nn
