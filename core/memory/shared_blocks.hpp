#pragma once

// What the pool has of the system's memory, and the blocks of it that any thread may take. For core/memory
// alone.

#include <array>
#include <atomic>
#include <cstddef>

#include <xgrad/core/base/fork_mutex.hpp>
#include <xgrad/core/memory/size_classes.hpp>

namespace xgrad::memory {

/// Bytes held from the system, and bytes of them in use; the difference is kept for later.
extern std::atomic<std::size_t> held;
extern std::atomic<std::ptrdiff_t> in_use;
extern std::atomic<std::size_t> peak;             ///< the largest in_use so far
extern std::atomic<std::size_t> system_requests;  ///< how often the system was asked for a block

/// A block straight from the system, counted; null when it has no more.
void* ask_system(std::size_t size) noexcept;
void return_to_system(void* block, std::size_t size) noexcept;

/// The most that should be held.
std::size_t bound() noexcept;

class SharedBlocks {
 public:
  /// Null if there is none of this size.
  void* take(std::size_t size_class);
  void keep(std::size_t size_class, void* block) noexcept;
  /// Makes room below the bound for `size` more, as far as the blocks here go. What is freed may be asked for
  /// again, and the system then clears its pages: so the smallest block that is enough goes, or else the
  /// largest.
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
