#include <xgrad/core/base/fork_mutex.hpp>

#include <pthread.h>

#include <array>
#include <cstddef>

namespace xgrad {

struct ForkMutex::All {
  std::mutex mutex;                        // guards the lists
  std::array<ForkMutex*, levels> first{};  // the first of each level's list

  All() {
    pthread_atfork([] { get().lock(); }, [] { get().unlock(); }, [] { get().unlock(); });
  }
  void lock() {
    mutex.lock();
    for (ForkMutex* each : first) {
      for (; each; each = each->next_) each->lock();
    }
  }
  void unlock() {
    for (ForkMutex* each : first) {
      for (; each; each = each->next_) each->unlock();
    }
    mutex.unlock();
  }
  ForkMutex*& first_of(Level level) { return first[static_cast<std::size_t>(level)]; }

  // Never destroyed, like some of the mutexes.
  static All& get() {
    static All* const all = new All;
    return *all;
  }
};

ForkMutex::ForkMutex(Level level) : level_(level) {
  All& all = All::get();
  const std::scoped_lock lock(all.mutex);
  ForkMutex*& first = all.first_of(level);
  next_ = first;
  if (next_) next_->before_ = this;
  first = this;
}

ForkMutex::~ForkMutex() {
  All& all = All::get();
  const std::scoped_lock lock(all.mutex);
  ForkMutex*& link = before_ ? before_->next_ : all.first_of(level_);
  link = next_;
  if (next_) next_->before_ = before_;
}

}  // namespace xgrad
