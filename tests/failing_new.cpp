// Replaces every operator new and delete of the program, so that a test can choose the call that fails.

#include "failing_new.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

namespace xgrad {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

std::atomic<std::int64_t> left{never};  // until the one that fails; 0 and below: it is past
std::atomic<bool> is_lasting{false};
std::atomic<std::int64_t> live{0};

bool fails() {
  if (left.load() == never) return false;
  const std::int64_t now = left.fetch_sub(1) - 1;
  return now == 0 || (now < 0 && is_lasting);
}

void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
  if (fails()) return nullptr;
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  void* const block =
      alignment <= alignof(std::max_align_t) ? std::malloc(rounded) : std::aligned_alloc(alignment, rounded);
  if (block) ++live;
  return block;
}

void* allocate_or_throw(std::size_t bytes, std::size_t alignment) {
  if (void* const block = allocate(bytes, alignment)) return block;
  throw std::bad_alloc();
}

void release(void* block) noexcept {
  if (block) --live;
  std::free(block);
}

constexpr std::size_t common = alignof(std::max_align_t);

}  // namespace

FailingNew::FailingNew(std::int64_t n, bool lasting) {
  is_lasting = lasting;
  left = n;
}
FailingNew::~FailingNew() { stop(); }
bool FailingNew::was_reached() const { return was_reached_ || left <= 0; }
void FailingNew::stop() {
  was_reached_ = was_reached();
  left = never;
}

std::int64_t live_allocations() { return live; }

}  // namespace xgrad

using xgrad::allocate, xgrad::allocate_or_throw, xgrad::common, xgrad::release;
using Alignment = std::align_val_t;

// clang-format off
void* operator new(std::size_t n) { return allocate_or_throw(n, common); }
void* operator new[](std::size_t n) { return allocate_or_throw(n, common); }
void* operator new(std::size_t n, Alignment a) { return allocate_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, Alignment a) { return allocate_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return allocate(n, common); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return allocate(n, common); }
void* operator new(std::size_t n, Alignment a, const std::nothrow_t&) noexcept { return allocate(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, Alignment a, const std::nothrow_t&) noexcept { return allocate(n, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { release(p); }
void operator delete[](void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, Alignment) noexcept { release(p); }
void operator delete[](void* p, Alignment) noexcept { release(p); }
void operator delete(void* p, std::size_t, Alignment) noexcept { release(p); }
void operator delete[](void* p, std::size_t, Alignment) noexcept { release(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { release(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { release(p); }
void operator delete(void* p, Alignment, const std::nothrow_t&) noexcept { release(p); }
void operator delete[](void* p, Alignment, const std::nothrow_t&) noexcept { release(p); }
// clang-format on
