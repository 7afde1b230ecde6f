#include <xgrad/core/pool.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <vector>

namespace xgrad {
namespace {

constexpr std::align_val_t alignment{64};
constexpr std::size_t smallest = 64;
constexpr std::size_t slack = std::size_t{16} << 20;

// Size classes: four to a power of two (64, 80, 96, 112, 128, 160, ...), so at most a fifth of a block is
// padding.
std::size_t class_of(std::size_t bytes) {
  bytes = std::max(bytes, smallest);
  const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1) - 1);
  const std::size_t base = std::size_t{1} << power;
  const std::size_t quarter = (bytes - 1 - base) >> (power - 2);
  return bytes == smallest ? 0 : (power - 6) * 4 + quarter + 1;
}

std::size_t class_bytes(std::size_t size_class) {
  if (size_class == 0) return smallest;
  const std::size_t base = smallest << ((size_class - 1) / 4);
  return base + (base / 4) * ((size_class - 1) % 4 + 1);
}

class Pool {
 public:
  void* allocate(std::size_t bytes) {
    const std::size_t size_class = class_of(bytes);
    const std::size_t size = class_bytes(size_class);
    {
      const std::lock_guard lock(mutex_);
      stats_.in_use += size;
      stats_.peak = std::max(stats_.peak, stats_.in_use);
      std::vector<void*>& blocks = free_[size_class];
      if (!blocks.empty()) {
        void* block = blocks.back();
        blocks.pop_back();
        stats_.cached -= size;
        return block;
      }
      ++stats_.system_requests;
    }
    if (void* block = ::operator new(size, alignment, std::nothrow)) return block;
    release();  // what is kept for other sizes may be just what is missing
    if (void* block = ::operator new(size, alignment, std::nothrow)) return block;
    const std::lock_guard lock(mutex_);
    stats_.in_use -= size;
    throw std::bad_alloc();
  }

  void free(void* block, std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    const std::size_t size = class_bytes(size_class);
    {
      const std::lock_guard lock(mutex_);
      stats_.in_use -= size;
      // The bound: what is held, in use or not, never exceeds the most that was ever in use at once, plus a
      // little.
      if (stats_.in_use + stats_.cached + size <= stats_.peak + slack && keep(size_class, block)) {
        stats_.cached += size;
        return;
      }
    }
    ::operator delete(block, alignment);
  }

  PoolStats stats() {
    const std::lock_guard lock(mutex_);
    return stats_;
  }

  void release() noexcept {
    const std::lock_guard lock(mutex_);
    for (std::vector<void*>& blocks : free_) {
      for (void* block : blocks) ::operator delete(block, alignment);
      blocks.clear();
    }
    stats_.cached = 0;
  }

 private:
  bool keep(std::size_t size_class, void* block) noexcept {
    try {
      free_[size_class].push_back(block);
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  std::mutex mutex_;
  std::array<std::vector<void*>, 4 * 58 + 1> free_;
  PoolStats stats_;
};

// Never destroyed: Tensors in static storage may outlive every other static object.
Pool& pool() {
  static Pool* const instance = new Pool;
  return *instance;
}

}  // namespace

#if defined(__SANITIZE_ADDRESS__)
// Under the address sanitizer every block is the system's own, so that a use after free is seen as one.
void* pool_allocate(std::size_t bytes) { return ::operator new(std::max(bytes, smallest), alignment); }
void pool_free(void* block, std::size_t) noexcept { ::operator delete(block, alignment); }
#else
void* pool_allocate(std::size_t bytes) { return pool().allocate(bytes); }
void pool_free(void* block, std::size_t bytes) noexcept { pool().free(block, bytes); }
#endif

PoolStats pool_stats() { return pool().stats(); }
void pool_release() noexcept { pool().release(); }

}  // namespace xgrad
