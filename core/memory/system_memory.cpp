#include <xgrad/core/memory/system_memory.hpp>

#include <cstdint>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace xgrad::memory {
namespace {

constexpr std::align_val_t alignment{64};

void* common_allocate(std::size_t bytes) noexcept { return ::operator new(bytes, alignment, std::nothrow); }
void common_free(void* block) noexcept { ::operator delete(block, alignment); }

}  // namespace

#ifdef MADV_HUGEPAGE

namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

std::size_t whole_pages(std::size_t bytes) noexcept {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

}  // namespace

// A large new block costs a page fault for each of its pages, and TLB misses whenever it is read. So it gets
// its own mapping of huge pages, 512 times fewer. The mapping is a huge page larger than needed, which leaves
// room to begin the block at a huge page. The rest on both sides is returned.
void* system_allocate(std::size_t bytes) noexcept {
  if (bytes < huge_page) return common_allocate(bytes);
  const std::size_t size = whole_pages(bytes), mapped = size + huge_page;
  if (mapped < bytes) return nullptr;
  void* const mapping = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  auto* const first = static_cast<std::byte*>(mapping);
  const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(first) % huge_page) % huge_page;
  std::byte* const block = first + before;
  if (before > 0) munmap(first, before);
  munmap(block + size, mapped - size - before);
  madvise(block, size, MADV_HUGEPAGE);  // a hint: if it fails, the pages are common ones
  return block;
}

void system_free(void* block, std::size_t bytes) noexcept {
  if (bytes < huge_page) return common_free(block);
  munmap(block, whole_pages(bytes));
}

#else

void* system_allocate(std::size_t bytes) noexcept { return common_allocate(bytes); }
void system_free(void* block, std::size_t) noexcept { common_free(block); }

#endif

}  // namespace xgrad::memory
