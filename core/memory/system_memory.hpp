#pragma once

#include <cstddef>

namespace xgrad::memory {

/// Uninitialised memory straight from the system, 64-byte aligned; null when there is none. What is large
/// stands in huge pages where the system has them: one of those takes one page fault and one entry of the
/// TLB, the processor's cache of page addresses, where 512 common pages would take as many.
void* system_allocate(std::size_t bytes) noexcept;
void system_free(void* block, std::size_t bytes) noexcept;  ///< `bytes` as they were asked for

}  // namespace xgrad::memory
