#include <xgrad/nn/forward_scope.hpp>

#include <vector>

#include <xgrad/nn/members.hpp>

namespace xgrad::nn {
namespace {

// The dotted path from one module down to another; empty where there is none.
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

}  // namespace

// As seen from the outermost module that knows it; of a module that none knows, the one around it counts.
std::string ForwardScope::place() const {
  std::vector<const Module*> modules;  // innermost first
  for (const ErrorScope* scope = this; scope; scope = scope->outer()) {
    if (const auto* forward = dynamic_cast<const ForwardScope*>(scope)) modules.push_back(&forward->module_);
  }
  for (std::size_t inner = 0; inner < modules.size(); ++inner) {
    for (std::size_t root = modules.size() - 1; root > inner; --root) {
      const std::string path = path_between(*modules[root], *modules[inner]);
      if (!path.empty()) return " (in " + path + ")";
    }
  }
  return {};
}

}  // namespace xgrad::nn
