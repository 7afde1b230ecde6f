#pragma once

#include <cstddef>

namespace xgrad {

/// Memory for Tensors, 64-byte aligned. Freed blocks are kept by size class and handed out again, so a
/// training step after the first asks the system for nothing. Thread-safe. Throws `std::bad_alloc` when the
/// system has no more.
void* pool_allocate(std::size_t bytes);
void pool_free(void* block, std::size_t bytes) noexcept;

struct PoolStats {
  std::size_t in_use = 0;           ///< bytes handed out
  std::size_t peak = 0;             ///< the largest `in_use` so far
  std::size_t cached = 0;           ///< bytes kept for the next request
  std::size_t system_requests = 0;  ///< how often the system was asked
};
PoolStats pool_stats();

/// Returns every kept block to the system.
void pool_release() noexcept;

}  // namespace xgrad
