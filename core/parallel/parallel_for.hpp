#pragma once

#include <cstdint>

#include <xgrad/core/parallel/threads.hpp>

// Namespace xgrad::kernels is the library's inside below autograd, in every layer from here up to
// core/kernels. Its functions trust their callers, the ops, which have checked shapes and dtypes.
namespace xgrad::kernels {

/// A thread is worth waking for this many elements of simple work.
inline constexpr std::int64_t parallel_grain = 32768;
/// The same if each element takes an exponential, which costs about eight simple operations.
inline constexpr std::int64_t exp_grain = parallel_grain / 8;
/// The same in multiplications of a matrix product: about 2 µs of them with AVX-512.
inline constexpr std::int64_t multiply_grain = 131072;

/// How many threads may divide a loop that begins here; 1 inside a part of another loop.
int max_threads();

/// parallel_for without its template: calls `range(context, begin, end)`.
using Range = void (*)(const void* context, std::int64_t begin, std::int64_t end);
void run_ranges(std::int64_t count, std::int64_t grain, Range range, const void* context);

/// Calls `body(begin, end)` over [0, count). If count exceeds `grain`, the threads divide it into at most
/// count / grain parts, rounded up, so each part has more than half a grain. The division depends only on
/// count, grain and the number of threads, so results repeat bit for bit. Parts run in any order and on any
/// free thread. The first exception of a part is thrown again here.
template <class Body>
void parallel_for(std::int64_t count, std::int64_t grain, const Body& body) {
  run_ranges(
      count, grain,
      [](const void* context, std::int64_t begin, std::int64_t end) {
        (*static_cast<const Body*>(context))(begin, end);
      },
      &body);
}

}  // namespace xgrad::kernels
