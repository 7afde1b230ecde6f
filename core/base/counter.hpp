#pragma once

#include <atomic>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace xgrad {

/// Whether the process has one thread, so counting needs no atomic operation. An atomic operation costs about
/// 20 cycles, and an op on a small Tensor counts a dozen times.
inline bool is_single_threaded() {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

/// A count that threads share: of references, versions or nodes.
template <class T>
class Counter {
 public:
  constexpr explicit Counter(T value) : value_(value) {}

  T value() const { return value_.load(std::memory_order_acquire); }

  /// Returns the value after the addition.
  T add(T amount) {
    if (!is_single_threaded()) return value_.fetch_add(amount, std::memory_order_relaxed) + amount;
    return set(value_.load(std::memory_order_relaxed) + amount);
  }
  /// Returns the value after the subtraction. The thread that reaches 0 sees all that other threads did
  /// before they subtracted.
  T subtract(T amount) {
    if (!is_single_threaded()) return value_.fetch_sub(amount, std::memory_order_acq_rel) - amount;
    return set(value_.load(std::memory_order_relaxed) - amount);
  }
  /// Adds 1, unless the value is 0.
  bool add_if_not_zero() {
    T value = value_.load(std::memory_order_relaxed);
    while (value != 0) {
      if (value_.compare_exchange_weak(value, value + 1, std::memory_order_acq_rel)) return true;
    }
    return false;
  }

 private:
  T set(T value) {
    value_.store(value, std::memory_order_relaxed);
    return value;
  }
  std::atomic<T> value_;
};

}  // namespace xgrad
