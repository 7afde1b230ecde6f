#pragma once

#include <cstddef>
#include <limits>
#include <new>

namespace xgrad {

/// Bytes in front of the elements of a Storage: a whole cache line, so that the elements start at one.
inline constexpr std::size_t block_header = 64;

/// Memory for Tensors and the tape, 64-byte aligned. Freed blocks are kept by size class and handed out
/// again, so a training step after the first asks the system for nothing. What is held, in use or kept, stays
/// below the most that was ever in use at once and 16 MiB more, or an eighth more where that is larger; but
/// each thread may keep 4 MiB of small blocks for itself. Thread-safe. Throws `std::bad_alloc` when the
/// system has no more.
void* pool_allocate(std::size_t bytes);
void pool_free(void* block, std::size_t bytes) noexcept;

/// The pool as an allocator of the standard library: the tape's nodes come and go like the Tensors they keep.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) noexcept {}
  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(pool_allocate(count * sizeof(T)));
  }
  void deallocate(T* block, std::size_t count) noexcept { pool_free(block, count * sizeof(T)); }
  friend bool operator==(PoolAllocator, PoolAllocator) noexcept { return true; }
};

/// Off under the address sanitizer: every block is then the system's own, so that a use after free is seen as
/// one, and nothing is counted. GCC and Clang tell in different ways that it is on.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool pooling = false;
#elif defined(__has_feature)
inline constexpr bool pooling = !__has_feature(address_sanitizer);
#else
inline constexpr bool pooling = true;
#endif

/// Exact for what this thread has done; of each other thread up to 64 KiB may not be counted yet.
struct PoolStats {
  std::size_t in_use = 0;           ///< bytes handed out, rounded up to their size classes
  std::size_t peak = 0;             ///< the largest `in_use` so far
  std::size_t cached = 0;           ///< bytes kept for the next request
  std::size_t system_requests = 0;  ///< how often the system was asked
};
PoolStats pool_stats();

/// Returns every kept block to the system: at once those of the pool and of this thread, those of another
/// thread when it next frees a small block, takes one that it has kept, or ends.
void pool_release() noexcept;

}  // namespace xgrad
