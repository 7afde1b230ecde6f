#include <xgrad/core/parallel/threads.hpp>

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

int processors() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

constexpr int most_threads = 1024;

int initial_threads() {
  if (const char* text = std::getenv("OMP_NUM_THREADS")) {
    int count = 0;
    std::from_chars(text, text + std::strlen(text), count);
    if (count > 0) return std::min(count, most_threads);
  }
  return std::min(processors(), most_threads);
}

constinit std::atomic<int> thread_count{0};  // 0 until the first call

}  // namespace

int get_num_threads() {
  int count = thread_count.load(std::memory_order_relaxed);
  if (count != 0) return count;
  const int initial = initial_threads();
  return thread_count.compare_exchange_strong(count, initial) ? initial : count;
}

void set_num_threads(int count) {
  if (count < 1 || count > most_threads) {
    fail("set_num_threads", "needs 1 to ", most_threads, " threads, not ", count);
  }
  thread_count.store(count, std::memory_order_relaxed);
}

}  // namespace xgrad
