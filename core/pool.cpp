#include <xgrad/core/pool.hpp>

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <limits>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

#include <xgrad/core/system_memory.hpp>

namespace xgrad {
namespace {

constexpr std::size_t smallest = 64;

// Size classes: multiples of 64 up to 1088 bytes, then four to a power of two, and 64 more: 1280 + 64, 1536 +
// 64, 1792 + 64, 2048 + 64, 2560 + 64, ... So at most a fifth of a large block is padding, and none of one
// that holds a power of two of elements behind their Storage.
constexpr std::size_t header = 64, finest = 1024;
constexpr std::size_t fine_classes = (finest + header) / smallest;

constexpr std::size_t class_of(std::size_t bytes) {
  if (bytes <= finest + header) return bytes == 0 ? 0 : (bytes - 1) / smallest;
  const std::size_t last = bytes - header - 1;
  const auto power = static_cast<std::size_t>(std::bit_width(last) - 1);
  const std::size_t quarter = (last >> (power - 2)) & 3;
  return fine_classes + (power - 10) * 4 + quarter;
}

constexpr std::size_t class_bytes(std::size_t size_class) {
  if (size_class < fine_classes) return (size_class + 1) * smallest;
  const std::size_t coarse = size_class - fine_classes;
  const std::size_t base = finest << (coarse / 4);
  return base + base / 4 * (coarse % 4 + 1) + header;
}

constexpr std::size_t classes = fine_classes + 4 * 54;
static_assert(class_of(1088) == 16 && class_bytes(16) == 1088 && class_bytes(class_of(1089)) == 1344 &&
              class_bytes(class_of(2112)) == 2112 && class_of(2112) + 1 == class_of(2113));

// A kept block holds the address of the next one of its class.
struct Block {
  Block* next;
};

class FreeList {
 public:
  bool empty() const { return first_ == nullptr; }
  void push(void* block) { first_ = new (block) Block{first_}; }
  void* pop() { return std::exchange(first_, first_->next); }

 private:
  Block* first_ = nullptr;
};

// What is held from the system, and how much of it is in use; the difference is kept.
constinit std::atomic<std::size_t> held{0}, peak{0}, system_requests{0};
constinit std::atomic<std::ptrdiff_t> in_use{0};
constinit std::atomic<unsigned> releases{0};

// The most that may be held.
std::size_t bound() noexcept {
  const std::size_t most = peak.load(std::memory_order_relaxed);
  return most + std::max(std::size_t{16} << 20, most / 8);
}

bool may_keep() noexcept { return held.load(std::memory_order_relaxed) <= bound(); }

void return_to_system(void* block, std::size_t size) noexcept {
  system_free(block, size);
  held.fetch_sub(size, std::memory_order_relaxed);
}

// The blocks that all threads share.
class Pool {
 public:
  void* take(std::size_t size_class) {
    const std::lock_guard lock(mutex_);
    return free_[size_class].empty() ? nullptr : free_[size_class].pop();
  }

  void keep(std::size_t size_class, void* block) noexcept {
    const std::lock_guard lock(mutex_);
    free_[size_class].push(block);
  }

  std::mutex& mutex() { return mutex_; }

  // Makes room below the bound for `size` more. What is freed here may be asked for again, and the system
  // then clears its pages: so the smallest block that is enough goes, or else the largest.
  void shrink(std::size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    while (true) {
      const std::size_t most = bound(), now = held.load(std::memory_order_relaxed) + size;
      if (now <= most) return;
      const std::size_t c = smallest_of(now - most);
      if (c == classes) return;
      return_to_system(free_[c].pop(), class_bytes(c));
    }
  }

  void free_all() noexcept {
    const std::lock_guard lock(mutex_);
    for (std::size_t c = 0; c < classes; ++c) {
      while (!free_[c].empty()) return_to_system(free_[c].pop(), class_bytes(c));
    }
  }

 private:
  // The class of the smallest block here of so many bytes or more, else of the largest; `classes` if none is.
  std::size_t smallest_of(std::size_t bytes) const {
    std::size_t found = classes;
    for (std::size_t c = classes; c-- > 0;) {
      if (free_[c].empty()) continue;
      if (found != classes && class_bytes(c) < bytes) break;
      found = c;
    }
    return found;
  }

  std::mutex mutex_;
  std::array<FreeList, classes> free_;
};

// Never destroyed: Tensors in static storage may outlive every other static object. A child process has but
// the thread that forked, so that one holds the lock meanwhile: another would never let go of it in the
// child.
Pool& pool() {
  static Pool* const instance = [] {
    auto* const made = new Pool;
    pthread_atfork([] { pool().mutex().lock(); }, [] { pool().mutex().unlock(); },
                   [] { pool().mutex().unlock(); });
    return made;
  }();
  return *instance;
}

// Small blocks are kept by the thread that freed them, without a lock. Trivially destructible, so that it can
// still be asked, and says no, when a Tensor dies after this thread's other objects.
class ThreadCache {
 public:
  static constexpr std::size_t small_classes = class_of((std::size_t{64} << 10) + 64) + 1;
  static constexpr std::size_t limit = std::size_t{4} << 20;
  static constexpr std::ptrdiff_t publish_from = std::ptrdiff_t{64} << 10;

  // These two are on the way of every op: what they find as usual, they do in some twenty instructions.
  void* take(std::size_t size_class) noexcept {
    if (size_class >= small_classes || free_[size_class].empty() || !is_open()) return nullptr;
    const std::size_t size = class_bytes(size_class);
    bytes_ -= size;
    count_taken(size);
    return free_[size_class].pop();
  }

  bool keep(std::size_t size_class, void* block) noexcept {
    if (size_class >= small_classes || !is_open()) return false;
    const std::size_t size = class_bytes(size_class);
    if (bytes_ + size > limit) return false;
    bytes_ += size;
    count_freed(size);
    free_[size_class].push(block);
    return true;
  }

  template <class Sink>
  void empty_into(Sink sink) noexcept {
    for (std::size_t c = 0; c < small_classes; ++c) {
      while (!free_[c].empty()) sink(c, free_[c].pop());
    }
    bytes_ = 0;
  }

  void close() noexcept {
    empty_into([](std::size_t c, void* block) { pool().keep(c, block); });
    state_ = State::closed;
    publish();
  }

  // Of this thread's changes to `in_use`, those too small to be worth an atomic operation each are saved up.
  void count_taken(std::size_t size) noexcept {
    change_ += static_cast<std::ptrdiff_t>(size);
    most_ = std::max(most_, change_);
    if (change_ > publish_from || state_ != State::open) publish();
  }
  void count_freed(std::size_t size) noexcept {
    change_ -= static_cast<std::ptrdiff_t>(size);
    if (change_ < -publish_from || state_ != State::open) publish();
  }

  void publish() noexcept {
    const std::ptrdiff_t now = in_use.fetch_add(change_, std::memory_order_relaxed) + most_;
    // Below 0 it may be for a moment: this thread's frees are counted, another's allocations are not yet.
    const auto most = static_cast<std::size_t>(std::max<std::ptrdiff_t>(now, 0));
    std::size_t highest = peak.load(std::memory_order_relaxed);
    while (most > highest && !peak.compare_exchange_weak(highest, most, std::memory_order_relaxed)) {
    }
    change_ = most_ = 0;
  }

 private:
  enum class State : char { fresh, open, closed };

  bool is_open() noexcept {
    if (state_ == State::open && releases_ == releases.load(std::memory_order_relaxed)) return true;
    return reopen();
  }
  bool reopen() noexcept;

  std::array<FreeList, small_classes> free_{};
  std::size_t bytes_ = 0;
  std::ptrdiff_t change_ = 0, most_ = 0;  // of `in_use` since it was last published, and the highest it was
  unsigned releases_ = 0;                 // how many were heeded
  State state_ = State::fresh;
};

static_assert(std::is_trivially_destructible_v<ThreadCache>);
constinit thread_local ThreadCache cache;

struct CloseAtThreadExit {
  bool armed = false;
  ~CloseAtThreadExit() { cache.close(); }
};

bool ThreadCache::reopen() noexcept {
  if (state_ == State::closed) return false;
  const unsigned heeded = std::exchange(releases_, releases.load(std::memory_order_relaxed));
  if (state_ == State::fresh) {
    thread_local CloseAtThreadExit exit;
    exit.armed = true;
    state_ = State::open;
  } else if (heeded != releases_) {
    empty_into([](std::size_t c, void* block) { return_to_system(block, class_bytes(c)); });
    return false;  // what the caller saw in a list is gone
  }
  return true;
}

void* ask_system(std::size_t size) noexcept {
  system_requests.fetch_add(1, std::memory_order_relaxed);
  void* block = system_allocate(size);
  if (block) held.fetch_add(size, std::memory_order_relaxed);
  return block;
}

}  // namespace

void* pool_allocate(std::size_t bytes) {
  if constexpr (!pooling) {
    if (void* block = ::operator new (std::max(bytes, smallest), std::align_val_t{64}, std::nothrow))
      return block;
    throw std::bad_alloc();
  }
  if (bytes > std::numeric_limits<std::size_t>::max() / 4) throw std::bad_alloc();
  const std::size_t size_class = class_of(bytes);
  if (void* block = cache.take(size_class)) return block;
  const std::size_t size = class_bytes(size_class);
  void* block = pool().take(size_class);
  if (!block) {
    if (held.load(std::memory_order_relaxed) + size > bound()) pool().shrink(size);
    block = ask_system(size);
  }
  if (!block) {
    pool_release();  // what is kept for other sizes may be just what is missing
    block = ask_system(size);
  }
  if (!block) throw std::bad_alloc();
  cache.count_taken(size);
  return block;
}

void pool_free(void* block, std::size_t bytes) noexcept {
  if constexpr (!pooling) return ::operator delete (block, std::align_val_t{64});
  const std::size_t size_class = class_of(bytes);
  if (cache.keep(size_class, block)) return;
  const std::size_t size = class_bytes(size_class);
  cache.count_freed(size);
  if (!may_keep()) return return_to_system(block, size);
  pool().keep(size_class, block);
}

PoolStats pool_stats() {
  cache.publish();
  PoolStats stats;
  const std::size_t all = held.load();
  stats.in_use = std::min(all, static_cast<std::size_t>(std::max<std::ptrdiff_t>(in_use.load(), 0)));
  stats.peak = peak.load();
  stats.cached = all - stats.in_use;
  stats.system_requests = system_requests.load();
  return stats;
}

void pool_release() noexcept {
  releases.fetch_add(1);
  cache.empty_into([](std::size_t c, void* block) { return_to_system(block, class_bytes(c)); });
  pool().free_all();
}

}  // namespace xgrad
