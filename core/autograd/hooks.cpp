#include <xgrad/core/autograd/hooks.hpp>

#include <algorithm>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/observer.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/base/fork_mutex.hpp>

namespace xgrad {
namespace {

// One mutex for all hooks: threads share leaves, and it is held for moments only. It is never destroyed,
// since a static Variable may outlive it.
ForkMutex& mutex() {
  static ForkMutex* const instance = new ForkMutex(ForkMutex::Level::hooks);
  return *instance;
}
[[maybe_unused]] const ForkMutex& made_at_load = mutex();  // before any thread forks

}  // namespace

std::uint64_t Hooks::add(GradientHook hook) {
  const std::scoped_lock lock(mutex());
  hooks_.emplace_back(next_id_, std::make_shared<const GradientHook>(std::move(hook)));
  return next_id_++;
}

void Hooks::remove(std::uint64_t id) {
  std::shared_ptr<const GradientHook> removed;  // destroyed without the lock: its captures may be anything
  const std::scoped_lock lock(mutex());
  const auto at =
      std::find_if(hooks_.begin(), hooks_.end(), [id](const auto& entry) { return entry.first == id; });
  if (at == hooks_.end()) return;
  removed = std::move(at->second);
  hooks_.erase(at);
}

Variable Hooks::operator()(const Node& node, Variable gradient) const {
  std::unique_lock lock(mutex());
  const auto hooks = hooks_;
  lock.unlock();
  for (const auto& registered : hooks) {
    const GradientHook& hook = *registered.second;
    const Tensor before = gradient.value();
    const std::uint32_t version = before.version();
    Variable replacement = [&] {
      const NodeScope scope("a hook on", node);
      return hook(gradient);
    }();
    if (before.version() != version) {
      fail_state("register_hook", "a hook on ", node,
                 " changed the gradient in place, which others may share; return a new one instead");
    }
    if (!replacement.defined()) continue;
    if (replacement.shape() != node.shape() || replacement.dtype() != node.dtype()) {
      fail("register_hook", "a hook on ", node, " returned ", replacement.shape(), " ", replacement.dtype(),
           " for a gradient of ", node.shape(), " ", node.dtype());
    }
    for (const auto& observer : observers()) observer->see_hook(node, gradient, replacement);
    gradient = std::move(replacement);
  }
  return gradient;
}

HookHandle Variable::add_hook(GradientHook hook) const {
  if (!requires_grad()) {
    if (!defined()) fail("register_hook", "the variable is undefined");
    fail("register_hook", "the variable of shape ", shape(), " does not require a gradient");
  }
  if (!hook) fail("register_hook", "the hook is empty");
  const auto lock = node()->lock_grad();
  std::shared_ptr<Hooks>& hooks = node()->body_.hooks;
  if (!hooks) hooks = std::make_shared<Hooks>();
  const std::uint64_t id = hooks->add(std::move(hook));
  node()->has_hooks_.store(true, std::memory_order_release);
  return HookHandle(hooks, id);
}

void HookHandle::remove() {
  if (const auto hooks = hooks_.lock()) hooks->remove(id_);
  hooks_.reset();
}

}  // namespace xgrad
