#pragma once

#include <cstdint>

#include <xgrad/core/parallel/threads.hpp>

namespace xgrad::kernels {

/// Below this many elements of simple work a thread costs more to wake than it saves.
inline constexpr std::int64_t parallel_grain = 32768;
/// The same where each element takes an exponential, which is worth some eight simple operations.
inline constexpr std::int64_t exp_grain = parallel_grain / 8;
/// The same in multiplications of a matrix product: some 2 µs of them with AVX-512.
inline constexpr std::int64_t thread_work = 131072;

/// How many threads a loop that begins here may be split among: 1 inside of a part of another.
int max_threads();

/// What parallel_for is without its template: calls `range(context, begin, end)`.
using Range = void (*)(const void* context, std::int64_t begin, std::int64_t end);
void run_ranges(std::int64_t count, std::int64_t grain, Range range, const void* context);

/// Calls `body(begin, end)` over [0, count), split among the threads when count is above `grain`: into
/// count / grain parts, rounded up, so that each has more than half a grain. The split depends on count,
/// grain and the number of threads alone, so results repeat bit for bit. Parts run in any order and on
/// whichever threads are free; the first exception of one is thrown again here.
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
