#pragma once

#include <cstdint>
#include <mutex>

namespace xgrad {

/// A mutex that is free in a child process. A child has only the thread that called fork(): a lock that
/// another thread held at that moment would stay locked there, and what it guards might be half changed. So
/// fork() takes all of these first, which waits for the threads that hold one, and frees them in both
/// processes.
///
/// A thread that needs several takes them in the order of their levels, and so does fork(). A thread that
/// holds one must not fork, nor make or destroy another. One with static storage is made while the library is
/// loaded: a fork while another thread makes it would leave it half made in the child.
class ForkMutex {
 public:
  enum class Level : std::uint8_t { generator, gradient, hooks, memory };

  explicit ForkMutex(Level level);
  ~ForkMutex();
  ForkMutex(const ForkMutex&) = delete;
  ForkMutex& operator=(const ForkMutex&) = delete;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  struct All;

  std::mutex mutex_;
  Level level_;
  ForkMutex* next_ = nullptr;  // in the list of all of this level
  ForkMutex* before_ = nullptr;
};

}  // namespace xgrad
