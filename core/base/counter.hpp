#pragma once

#include <atomic>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace xgrad {

/// Whether no other thread can be looking, so that counting needs no atomic operation. Each of those costs
/// some 20 cycles, and an op on a small Tensor counts a dozen times.
inline bool is_single_threaded() {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

/// A number that threads share, counting references, versions or nodes.
template <class T>
class Counter {
 public:
  constexpr explicit Counter(T value) : value_(value) {}

  T value() const { return value_.load(std::memory_order_acquire); }

  /// The value after it.
  T add(T amount) {
    if (!is_single_threaded()) return value_.fetch_add(amount, std::memory_order_relaxed) + amount;
    return set(value_.load(std::memory_order_relaxed) + amount);
  }
  /// The same; what other threads did before they subtracted theirs is seen by whoever comes last.
  T subtract(T amount) {
    if (!is_single_threaded()) return value_.fetch_sub(amount, std::memory_order_acq_rel) - amount;
    return set(value_.load(std::memory_order_relaxed) - amount);
  }

 private:
  T set(T value) {
    value_.store(value, std::memory_order_relaxed);
    return value;
  }
  std::atomic<T> value_;
};

}  // namespace xgrad
