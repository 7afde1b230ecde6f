#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// The hooks on one Variable's gradient.
class Hooks {
 public:
  std::uint64_t add(GradientHook hook);
  void remove(std::uint64_t id);
  /// Passes `gradient` through the hooks, in the order of their registration. If a hook is added or removed
  /// during a call, that takes effect in the next call.
  Variable operator()(const Node& node, Variable gradient) const;

 private:
  std::uint64_t next_id_ = 0;
  std::vector<std::pair<std::uint64_t, std::shared_ptr<const GradientHook>>> hooks_;
};

}  // namespace xgrad
