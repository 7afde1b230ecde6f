#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <vector>

namespace xgrad {

/// Bytes before the elements of a Storage. A whole cache line, so the elements begin at a cache line too.
inline constexpr std::size_t block_header = 64;

/// Memory for Tensors and the tape, 64-byte aligned. Freed blocks are kept by size class and reused, so only
/// the first training step asks the system for memory. The pool holds at most the largest number of bytes
/// ever in use, plus 16 MiB or an eighth, whichever is larger. In addition each thread may keep 4 MiB of
/// small blocks. Thread-safe. Throws `std::bad_alloc` if the system has no more memory.
void* pool_allocate(std::size_t bytes);
void pool_free(void* block, std::size_t bytes) noexcept;

/// The pool as an allocator for the standard library. The tape uses it.
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
template <class T>
using PoolVector = std::vector<T, PoolAllocator<T>>;

/// False under the address sanitizer. Every block then comes from the system, so the sanitizer sees a use
/// after free, and nothing is counted. GCC and Clang announce the sanitizer in different ways.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool pooling = false;
#elif defined(__has_feature)
inline constexpr bool pooling = !__has_feature(address_sanitizer);
#else
inline constexpr bool pooling = true;
#endif

/// Exact for this thread. Up to 64 KiB of every other thread may not be counted yet.
struct PoolStats {
  std::size_t in_use = 0;           ///< bytes handed out, rounded up to their size classes
  std::size_t peak = 0;             ///< the largest `in_use` so far
  std::size_t cached = 0;           ///< bytes kept for the next request
  std::size_t system_requests = 0;  ///< how often the system was asked
};
PoolStats pool_stats();

/// Returns every kept block to the system. The pool's and this thread's go at once. Another thread returns
/// its blocks when it next frees a small block, takes one it has kept, or ends.
void pool_release() noexcept;

}  // namespace xgrad
