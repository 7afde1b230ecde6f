#include <xgrad/core/memory/pool.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <new>
#include <type_traits>

#include <xgrad/core/memory/shared_blocks.hpp>
#include <xgrad/core/memory/size_classes.hpp>

namespace xgrad {

using namespace memory;

namespace {

constinit std::atomic<unsigned> releases{0};  // how often pool_release was called

// Small blocks are kept by the thread that freed them, without a lock. The class is trivially destructible:
// a Tensor that dies after the thread's other objects still calls it, and is refused.
class ThreadCache {
 public:
  // A lock costs nothing compared with filling a block of more than 64 KiB.
  static constexpr std::size_t small_classes = class_of((std::size_t{64} << 10) + header) + 1;
  static constexpr std::size_t limit = std::size_t{4} << 20;                // bytes kept by a thread
  static constexpr std::ptrdiff_t publish_from = std::ptrdiff_t{64} << 10;  // bytes in_use may be wrong by

  // Every op calls these two. The usual case takes about twenty instructions.
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

  // Keeps blocks from now on, until the thread ends. Registering for the thread's end allocates memory, so
  // allocations call this and frees do not.
  void open_once() {
    if (state_ == State::fresh) open();
  }

  void return_all() noexcept {
    empty_into([](std::size_t c, void* block) { return_to_system(block, class_bytes(c)); });
  }

  void close() noexcept {
    if (releases_ == releases.load(std::memory_order_relaxed)) {
      empty_into([](std::size_t c, void* block) { shared_blocks().keep(c, block); });
    } else {
      return_all();
    }
    state_ = State::closed;
    publish();
  }

  // Small changes to `in_use` are collected, to save an atomic operation for each.
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
    // Below 0 for a moment if this thread's frees are counted before another thread's allocations.
    const auto most = static_cast<std::size_t>(std::max<std::ptrdiff_t>(now, 0));
    std::size_t highest = peak.load(std::memory_order_relaxed);
    while (most > highest && !peak.compare_exchange_weak(highest, most, std::memory_order_relaxed)) {
    }
    change_ = most_ = 0;
  }

 private:
  template <class Sink>
  void empty_into(Sink sink) noexcept {
    for (std::size_t c = 0; c < small_classes; ++c) {
      while (!free_[c].empty()) sink(c, free_[c].pop());
    }
    bytes_ = 0;
  }

  enum class State : char { fresh, open, closed };

  // False if nothing is kept, or the kept blocks have just been returned.
  bool is_open() noexcept {
    if (state_ == State::open && releases_ == releases.load(std::memory_order_relaxed)) return true;
    return reopen();
  }
  bool reopen() noexcept;
  void open();

  std::array<FreeList, small_classes> free_{};
  std::size_t bytes_ = 0;
  std::ptrdiff_t change_ = 0, most_ = 0;  // the unpublished change of `in_use`, and its highest value
  unsigned releases_ = 0;                 // the value of `releases` that was last acted on
  State state_ = State::fresh;
};

static_assert(std::is_trivially_destructible_v<ThreadCache>);
constinit thread_local ThreadCache cache;

struct CloseAtThreadExit {
  bool armed = false;
  ~CloseAtThreadExit() { cache.close(); }
};

void ThreadCache::open() {
  thread_local CloseAtThreadExit exit;
  exit.armed = true;
  releases_ = releases.load(std::memory_order_relaxed);
  state_ = State::open;
}

bool ThreadCache::reopen() noexcept {
  if (state_ != State::open) return false;
  releases_ = releases.load(std::memory_order_relaxed);
  return_all();
  return false;  // the block that the caller saw in a list is gone
}

}  // namespace

void* pool_allocate(std::size_t bytes) {
  if constexpr (!pooling) {
    // Under the sanitizer, a plain new without memory ends the program instead of throwing.
    if (void* block = ::operator new (bytes, std::align_val_t{64}, std::nothrow)) return block;
    throw std::bad_alloc();
  }
  if (bytes > std::numeric_limits<std::size_t>::max() / 4) throw std::bad_alloc();  // has no size class
  const std::size_t size_class = class_of(bytes);
  if (void* block = cache.take(size_class)) return block;
  cache.open_once();
  const std::size_t size = class_bytes(size_class);
  void* block = shared_blocks().take(size_class);
  if (!block) {
    if (held.load(std::memory_order_relaxed) + size > bound()) shared_blocks().shrink(size);
    block = ask_system(size);
  }
  if (!block) {
    pool_release();  // blocks kept for other sizes may free enough memory
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
  if (held.load(std::memory_order_relaxed) > bound()) return return_to_system(block, size);
  shared_blocks().keep(size_class, block);
}

PoolStats pool_stats() {
  cache.publish();
  PoolStats stats;
  const std::size_t all = held.load();  // loaded once, so `cached` does not fall below 0
  stats.in_use = std::min(all, static_cast<std::size_t>(std::max<std::ptrdiff_t>(in_use.load(), 0)));
  stats.peak = peak.load();
  stats.cached = all - stats.in_use;
  stats.system_requests = system_requests.load();
  return stats;
}

void pool_release() noexcept {
  releases.fetch_add(1);
  cache.return_all();
  shared_blocks().free_all();
}

}  // namespace xgrad
