#include <xgrad/core/parallel/thread_pool.hpp>

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include <xgrad/core/parallel/flush_denormal.hpp>

// The thread that runs a loop and the waiting workers claim its parts one by one. A worker that is late, or
// whose processor is busy with another program, costs nothing: the caller does the parts that it did not
// begin. Waiting threads first spin for a while, because the next loop usually follows soon, and then sleep:
// to wake one costs 15 to 40 µs in a virtual machine.

namespace xgrad::kernels {
namespace {

thread_local bool in_part = false;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}
constexpr int spins = 10000;  // half a millisecond on Intel's Xeons, less elsewhere

// Workers start with all signals blocked: signals are for the program's own threads.
class BlockSignals {
 public:
  BlockSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockSignals(const BlockSignals&) = delete;
  BlockSignals& operator=(const BlockSignals&) = delete;

 private:
  sigset_t before_;
};

class ThreadPool {
 public:
  /// Does nothing and returns false if another thread's loop has the workers.
  bool run(int parts, Part part, const void* context) {
    const std::unique_lock lock(one_loop_, std::try_to_lock);
    if (!lock) return false;
    start_workers(parts - 1);
    part_ = part;
    context_ = context;
    flushes_ = flushes_denormals();
    unfinished_.store(parts, std::memory_order_relaxed);
    const std::uint64_t loop = (open_.load(std::memory_order_relaxed) >> 16) + 1;
    open_.store(loop << 16 | static_cast<std::uint64_t>(parts));
    if (asleep_.load() > 0) open_.notify_all();
    while (do_a_part()) {
    }
    wait_for_workers();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    return true;
  }

 private:
  // Claims a part and does it. A claim subtracts 1 from the number of parts left, together with the number of
  // the loop. The loop cannot end before the claimed part, so part_ and context_ belong to it.
  bool do_a_part() {
    std::uint64_t open = open_.load();
    do {
      if (parts_left(open) == 0) return false;
    } while (!open_.compare_exchange_weak(open, open - 1));
    set_flush_denormal(flushes_);  // as in the caller's thread
    try {
      part_(context_, parts_left(open) - 1);
    } catch (...) {
      const std::lock_guard lock(failing_);
      if (!failure_) failure_ = std::current_exception();
    }
    if (unfinished_.fetch_sub(1) == 1) unfinished_.notify_all();
    return true;
  }

  void wait_for_workers() {
    for (int i = 0; i < spins; ++i) {
      if (unfinished_.load(std::memory_order_acquire) == 0) return;
      pause();
    }
    while (const int left = unfinished_.load(std::memory_order_acquire)) unfinished_.wait(left);
  }

  [[noreturn]] void work() {
    in_part = true;
    while (true) {
      for (int i = 0; i < spins; ++i) {
        if (do_a_part()) i = 0;
        pause();
      }
      ++asleep_;
      const std::uint64_t open = open_.load();
      if (parts_left(open) == 0) open_.wait(open);
      --asleep_;
    }
  }

  // Starts fewer if the system has no more threads or memory. The other threads then do their parts.
  void start_workers(int wanted) {
    if (workers_ >= wanted) return;
    const BlockSignals block;
    try {
      for (; workers_ < wanted; ++workers_) std::thread([this] { work(); }).detach();
    } catch (const std::exception&) {
    }
  }

  static int parts_left(std::uint64_t open) { return static_cast<int>(open & 0xffff); }

  std::mutex one_loop_, failing_;
  int workers_ = 0;
  Part part_ = nullptr;
  const void* context_ = nullptr;
  bool flushes_ = false;
  std::exception_ptr failure_;
  // The number of the loop and, in the lowest 16 bits, how many of its parts are not yet claimed.
  alignas(64) std::atomic<std::uint64_t> open_{0};
  alignas(64) std::atomic<int> unfinished_{0};
  alignas(64) std::atomic<int> asleep_{0};
};

// Never destroyed: its threads wait in it until the process ends. A child process has none of these threads,
// and the pool may be in the middle of a loop, so the child begins with a new pool.
ThreadPool& pool() {
  static ThreadPool* const instance = [] {
    auto* const made = new ThreadPool;
    pthread_atfork(nullptr, nullptr, [] { new (&pool()) ThreadPool; });
    return made;
  }();
  return *instance;
}
[[maybe_unused]] const ThreadPool& made_at_load = pool();  // before any thread forks

}  // namespace

bool is_in_part() { return in_part; }

void run_parts(int parts, Part part, const void* context) {
  const bool nested = std::exchange(in_part, true);
  struct Restore {
    bool value;
    ~Restore() { in_part = value; }
  } const restore{nested};
  if (!nested && pool().run(parts, part, context)) return;
  for (int i = 0; i < parts; ++i) part(context, i);
}

}  // namespace xgrad::kernels
