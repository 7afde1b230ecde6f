#pragma once

#include <cstdint>

#include <xgrad/core/threads.hpp>

namespace xgrad::kernels {

/// Below this many elements of simple work a thread costs more to wake than it saves.
inline constexpr std::int64_t parallel_grain = 32768;
/// The same where each element takes an exponential, which is worth some eight simple operations.
inline constexpr std::int64_t exp_grain = parallel_grain / 8;
/// The same in multiplications of a matrix product: some 2 µs of them with AVX-512.
inline constexpr std::int64_t thread_work = 131072;

/// How many threads a loop that begins here may be split among: 1 inside of a part of another.
int max_threads();

/// Calls `part(i)` for each i in [0, parts), in any order and on whichever threads are free; returns when all
/// are done. The first exception of a part is thrown again here.
using Part = void (*)(const void* context, int i);
void run_parts(int parts, Part part, const void* context);

/// Calls `body(begin, end)` over [0, count), split among the threads when a part is worth `grain` or more.
/// The split depends on count, grain and the number of threads alone, so results repeat bit for bit.
template <class Body>
void parallel_for(std::int64_t count, std::int64_t grain, const Body& body) {
  if (count <= 0) return;
  const std::int64_t most = count <= grain ? 1 : (count + grain - 1) / grain;
  const int threads = most == 1 ? 1 : max_threads();
  const int parts = most < threads ? static_cast<int>(most) : threads;
  if (parts == 1) return body(std::int64_t{0}, count);
  const auto part = [&](int i) { body(count * i / parts, count * (i + 1) / parts); };
  run_parts(
      parts, [](const void* context, int i) { (*static_cast<decltype(part)*>(context))(i); }, &part);
}

}  // namespace xgrad::kernels
