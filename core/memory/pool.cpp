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

// Small blocks are kept by the thread that freed them, without a lock. Trivially destructible, so that it can
// still be asked, and says no, when a Tensor dies after this thread's other objects.
class ThreadCache {
 public:
  // Beside the time to fill a block of more than 64 KiB, a lock is nothing.
  static constexpr std::size_t small_classes = class_of((std::size_t{64} << 10) + header) + 1;
  static constexpr std::size_t limit = std::size_t{4} << 20;                // bytes kept by a thread
  static constexpr std::ptrdiff_t publish_from = std::ptrdiff_t{64} << 10;  // bytes in_use may be wrong by

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

  // From now on blocks are kept, until the thread ends. To be told of that asks for memory, so allocations
  // call this, and frees do not.
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
  template <class Sink>
  void empty_into(Sink sink) noexcept {
    for (std::size_t c = 0; c < small_classes; ++c) {
      while (!free_[c].empty()) sink(c, free_[c].pop());
    }
    bytes_ = 0;
  }

  enum class State : char { fresh, open, closed };

  // False where nothing is kept, and where what was kept has just been returned.
  bool is_open() noexcept {
    if (state_ == State::open && releases_ == releases.load(std::memory_order_relaxed)) return true;
    return reopen();
  }
  bool reopen() noexcept;
  void open();

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
  return false;  // what the caller saw in a list is gone
}

}  // namespace

void* pool_allocate(std::size_t bytes) {
  if constexpr (!pooling) {
    // A plain new that finds no memory would end the program there instead of throwing.
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
  if (held.load(std::memory_order_relaxed) > bound()) return return_to_system(block, size);
  shared_blocks().keep(size_class, block);
}

PoolStats pool_stats() {
  cache.publish();
  PoolStats stats;
  const std::size_t all = held.load();  // one after the other: `cached` must not fall below 0
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
