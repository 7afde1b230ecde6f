#pragma once

// Two ways to compute the same, one right after the other in one process and one thread. Rows of a table in
// Markdown: medians of the times in µs, and of the ratios. The time is the thread's processor time, which
// other programs on the machine disturb less.

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace bench {

inline int rounds = 31;

inline double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

inline double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Microseconds of a call.
inline double microseconds(const std::function<void()>& work, int calls) {
  const double begin = thread_seconds();
  for (int i = 0; i < calls; ++i) work();
  return 1e6 * (thread_seconds() - begin) / calls;
}

/// A ratio above 1 says that `ours` is the faster one. Each is called so often that a timing takes about 2
/// ms.
template <class Ours, class Theirs>
void in_turn(const std::string& name, const Ours& ours, const Theirs& theirs) {
  const std::function<void()> a = [&] { benchmark::DoNotOptimize(ours()); };
  const std::function<void()> b = [&] { benchmark::DoNotOptimize(theirs()); };
  const auto calls = [](const std::function<void()>& work) {  // the first call warms up
    work();
    return 1 + static_cast<int>(2000 / microseconds(work, 3));
  };
  const int calls_a = calls(a), calls_b = calls(b);
  std::vector<double> times_a, times_b, ratios;
  for (int i = 0; i < rounds; ++i) {
    times_a.push_back(microseconds(a, calls_a));
    times_b.push_back(microseconds(b, calls_b));
    ratios.push_back(times_b.back() / times_a.back());
  }
  std::printf("| %s | %.4g | %.4g | %.2f |\n", name.c_str(), median(times_a), median(times_b),
              median(ratios));
  std::fflush(stdout);
}

/// The first line of a program: `program [rounds]`.
inline void read_rounds(int argc, char** argv) {
  if (argc > 1) rounds = std::max(1, std::atoi(argv[1]));
}

}  // namespace bench
