#include <xgrad/core/autograd/observer.hpp>

#include <algorithm>
#include <utility>

namespace xgrad {
namespace {

// Weak, since an observer may end in any order and in any thread.
thread_local std::vector<std::weak_ptr<Observer>> registered;

}  // namespace

constinit std::atomic<int> observer_count{0};

Observer::Observer() { observer_count.fetch_add(1, std::memory_order_relaxed); }
Observer::~Observer() { observer_count.fetch_sub(1, std::memory_order_relaxed); }
void Observer::see_op(const char*, const Variable&, const Inputs&) {}
void Observer::see_gradients(const Node&, const Variable&, const Gradients&) {}
void Observer::see_hook(const Node&, const Variable&, const Variable&) {}

void observe(const std::shared_ptr<Observer>& observer) {
  std::erase_if(registered, [](const auto& other) { return other.expired(); });
  registered.push_back(observer);
}

std::vector<std::shared_ptr<Observer>> observers() {
  std::vector<std::shared_ptr<Observer>> living;
  for (const auto& observer : registered) {
    if (auto one = observer.lock()) living.push_back(std::move(one));
  }
  return living;
}

bool has_observers() {
  return std::any_of(registered.begin(), registered.end(),
                     [](const auto& observer) { return !observer.expired(); });
}

}  // namespace xgrad
