#pragma once

// The pool's memory from the system, and the kept blocks that any thread may take. For core/memory only.

#include <array>
#include <atomic>
#include <cstddef>

#include <xgrad/core/base/fork_mutex.hpp>
#include <xgrad/core/memory/size_classes.hpp>

namespace xgrad::memory {

/// Bytes held from the system, and how many of them are in use. The rest is kept for later.
extern std::atomic<std::size_t> held;
extern std::atomic<std::ptrdiff_t> in_use;
extern std::atomic<std::size_t> peak;             ///< the largest in_use so far
extern std::atomic<std::size_t> system_requests;  ///< how often the system was asked for a block

/// A block from the system, counted in `held`. Null if the system has no more memory.
void* ask_system(std::size_t size) noexcept;
void return_to_system(void* block, std::size_t size) noexcept;

/// The upper limit of `held`.
std::size_t bound() noexcept;

class SharedBlocks {
 public:
  /// Null if there is none of this size.
  void* take(std::size_t size_class);
  void keep(std::size_t size_class, void* block) noexcept;
  /// Frees blocks until `size` more bytes stay within the bound, or no block is left. Frees the smallest
  /// block that is large enough, or else the largest, because a freed block that is needed again must be
  /// cleared by the system.
  void shrink(std::size_t size) noexcept;
  void free_all() noexcept;

 private:
  std::size_t class_to_free(std::size_t bytes) const;

  ForkMutex mutex_{ForkMutex::Level::memory};
  std::array<FreeList, classes> free_;
};

/// Never destroyed: Tensors in static storage may outlive every other static object.
SharedBlocks& shared_blocks();

}  // namespace xgrad::memory
