#pragma once

#include <cstdint>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace xgrad::kernels {

/// Below this many elements of simple work a thread costs more to wake than it saves.
inline constexpr std::int64_t parallel_grain = 32768;

inline int max_threads() {
#ifdef _OPENMP
  return omp_in_parallel() ? 1 : omp_get_max_threads();
#else
  return 1;
#endif
}

/// Calls `body(begin, end)` over [0, count), split among the threads when a part is worth `grain` or more.
/// The split depends on count, grain and the number of threads alone, so results repeat bit for bit.
template <class Body>
void parallel_for(std::int64_t count, std::int64_t grain, const Body& body) {
  if (count <= 0) return;
#ifdef _OPENMP
  const std::int64_t parts = count <= grain ? 1 : (count + grain - 1) / grain;
  const int threads = parts == 1 ? 1 : static_cast<int>(parts < max_threads() ? parts : max_threads());
  if (threads > 1) {
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int part = 0; part < threads; ++part) body(count * part / threads, count * (part + 1) / threads);
    return;
  }
#else
  static_cast<void>(grain);
#endif
  body(std::int64_t{0}, count);
}

}  // namespace xgrad::kernels
