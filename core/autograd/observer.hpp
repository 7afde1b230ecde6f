#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <xgrad/core/autograd/replay.hpp>

namespace xgrad {

class Inputs;

/// Watches one thread's tape: it is told of each op, recorded or not, and of what each rule and hook returns.
/// AnomalyGuard and checkpoint are built on it. An override may throw, which ends the op or the replay, but
/// must call no op.
class Observer {
 public:
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer();

  virtual void see_op(const char* op, const Variable& result, const Inputs& inputs);
  /// The rule of `node` made `gradients` of `grad`, which is dL/d(output).
  virtual void see_gradients(const Node& node, const Variable& grad, const Gradients& gradients);
  /// A hook on `node` replaced `grad`.
  virtual void see_hook(const Node& node, const Variable& grad, const Variable& replacement);

 protected:
  Observer();
};

/// Tells `observer` what this thread does from now on, as long as somebody owns it.
void observe(const std::shared_ptr<Observer>& observer);
/// The living observers of this thread, oldest first.
std::vector<std::shared_ptr<Observer>> observers();

extern std::atomic<int> observer_count;  // in all threads
bool has_observers();                    // this thread
/// Whether anybody watches this thread. One load while nobody watches any thread.
inline bool is_observed() { return observer_count.load(std::memory_order_relaxed) != 0 && has_observers(); }

}  // namespace xgrad
