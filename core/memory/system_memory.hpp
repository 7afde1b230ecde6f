#pragma once

#include <cstddef>

namespace xgrad::memory {

/// Uninitialised memory from the system, 64-byte aligned; null if there is none. Large blocks use huge pages
/// if the system has them. A huge page costs one page fault and one entry of the TLB, the processor's cache
/// of page addresses, instead of 512.
void* system_allocate(std::size_t bytes) noexcept;
void system_free(void* block, std::size_t bytes) noexcept;  ///< `bytes` as in system_allocate

}  // namespace xgrad::memory
