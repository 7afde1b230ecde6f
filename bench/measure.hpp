#pragma once

// Shared by the benchmark programs: Google Benchmark's settings and the memory of a row.

#include <sys/resource.h>

#include <cmath>
#include <string>

#include <benchmark/benchmark.h>

namespace bench {

/// The peak memory of this process, in MiB.
inline double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

inline const double mib_at_start = peak_mib();

/// Registers a row. `make()` prepares the work and returns it as a function, which runs twice before the
/// timing, so that memory is warm. Counters: `gflops` per second, and `mib`, the peak memory above that at
/// the start (it means something only if the process runs a single row).
template <class Make>
void row(const std::string& name, double flops, const Make& make) {
  benchmark::RegisterBenchmark(name.c_str(), [flops, make](benchmark::State& state) {
    auto work = make();
    work();
    work();
    for (auto _ : state) work();
    if (flops > 0) {
      state.counters["gflops"] =
          benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
    }
    state.counters["mib"] = peak_mib() - mib_at_start;
  })->UseRealTime();
}

/// Registers a row whose work returns tokens. The counter `tokens` is a number made of them: two programs
/// that choose the same tokens have the same one.
template <class Make>
void tokens_row(const std::string& name, double flops, const Make& make) {
  benchmark::RegisterBenchmark(name.c_str(), [flops, make](benchmark::State& state) {
    auto work = make();
    double made_of_all = 0;
    for (const auto token : work()) made_of_all = std::fmod(31 * made_of_all + double(token), 1e9 + 7);
    for (auto _ : state) benchmark::DoNotOptimize(work());
    state.counters["gflops"] =
        benchmark::Counter(flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["mib"] = peak_mib() - mib_at_start;
    state.counters["tokens"] = made_of_all;
  })->UseRealTime();
}

inline int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
