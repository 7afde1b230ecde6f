#include <xgrad/core/memory/shared_blocks.hpp>

#include <algorithm>

#include <xgrad/core/memory/system_memory.hpp>

namespace xgrad::memory {

constinit std::atomic<std::size_t> held{0}, peak{0}, system_requests{0};
constinit std::atomic<std::ptrdiff_t> in_use{0};

void* ask_system(std::size_t size) noexcept {
  system_requests.fetch_add(1, std::memory_order_relaxed);
  void* block = system_allocate(size);
  if (block) held.fetch_add(size, std::memory_order_relaxed);
  return block;
}

void return_to_system(void* block, std::size_t size) noexcept {
  system_free(block, size);
  held.fetch_sub(size, std::memory_order_relaxed);
}

std::size_t bound() noexcept {
  const std::size_t most = peak.load(std::memory_order_relaxed);
  return most + std::max(std::size_t{16} << 20, most / 8);
}

void* SharedBlocks::take(std::size_t size_class) {
  const std::lock_guard lock(mutex_);
  return free_[size_class].empty() ? nullptr : free_[size_class].pop();
}

void SharedBlocks::keep(std::size_t size_class, void* block) noexcept {
  const std::lock_guard lock(mutex_);
  free_[size_class].push(block);
}

void SharedBlocks::shrink(std::size_t size) noexcept {
  const std::lock_guard lock(mutex_);
  while (true) {
    const std::size_t most = bound(), now = held.load(std::memory_order_relaxed) + size;
    if (now <= most) return;
    const std::size_t c = class_to_free(now - most);
    if (c == classes) return;
    return_to_system(free_[c].pop(), class_bytes(c));
  }
}

void SharedBlocks::free_all() noexcept {
  const std::lock_guard lock(mutex_);
  for (std::size_t c = 0; c < classes; ++c) {
    while (!free_[c].empty()) return_to_system(free_[c].pop(), class_bytes(c));
  }
}

// The class of the smallest kept block of at least `bytes`, else of the largest; `classes` if there is none.
std::size_t SharedBlocks::class_to_free(std::size_t bytes) const {
  std::size_t found = classes;
  for (std::size_t c = classes; c-- > 0;) {
    if (free_[c].empty()) continue;
    if (found != classes && class_bytes(c) < bytes) break;
    found = c;
  }
  return found;
}

SharedBlocks& shared_blocks() {
  static SharedBlocks* const instance = new SharedBlocks;
  return *instance;
}
[[maybe_unused]] static const SharedBlocks& made_at_load = shared_blocks();  // before any thread forks

}  // namespace xgrad::memory
