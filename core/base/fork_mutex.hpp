#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace xgrad {

/// A mutex that is unlocked in a child process. A child has only the thread that called fork(). A mutex that
/// another thread held at that moment would stay locked there, and its data might be half changed. So fork()
/// first locks all ForkMutexes, which waits for the threads that hold one, and unlocks them in both
/// processes.
///
/// A thread that needs several locks them in the order of their levels, as fork() does. A thread that holds
/// one must not fork, nor construct or destroy another. A ForkMutex in static storage is constructed while
/// the library is loaded: a fork during its construction would leave it half constructed in the child.
/// (static_value.hpp is for static objects that need no lock.)
class ForkMutex {
 public:
  enum class Level : std::uint8_t { generator, gradient, hooks, formulas, memory };

  explicit ForkMutex(Level level);
  ~ForkMutex();
  ForkMutex(const ForkMutex&) = delete;
  ForkMutex& operator=(const ForkMutex&) = delete;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  struct All;
  static constexpr std::size_t levels = static_cast<std::size_t>(Level::memory) + 1;

  std::mutex mutex_;
  Level level_;
  ForkMutex* next_ = nullptr;  // in the list of its level
  ForkMutex* before_ = nullptr;
};

}  // namespace xgrad
