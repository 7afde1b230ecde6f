// How the cost of training grows with one size, the others fixed. bench/growth.py runs each size in a process
// of its own, because the peak of a process's memory never falls.
//
// Usage: growth_bench                        prints the series and their sizes, as JSON
//        growth_bench SERIES SIZE [SECONDS]  measures one size for that time or 3 calls, in one thread
// Prints, as JSON, the median of the milliseconds of a call and the peak memory in MiB beyond that at the
// start.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "training_step.hpp"

using namespace xgrad;

namespace {

struct Series {
  const char* name;
  std::vector<std::int64_t> sizes;
  std::function<std::function<void()>(std::int64_t)> work_of;  // prepares the work for a size
};

// A GPT's step: forward, cross entropy, backward, AdamW.
std::function<void()> step_of(const bench::Step& step) {
  return [training = bench::training(step, {})] { training.step(); };
}

// A chain of `count` nodes on one number, forward and backward.
std::function<void()> chain_of(std::int64_t count) {
  return [x = Variable(ones({1}), true), count] {
    Variable y = x;
    for (std::int64_t i = 1; i < count; ++i) y = y + 1;
    sum(y).backward();
    x.zero_grad();
  };
}

// A step of AdamW on `count` parameters in one Tensor.
std::function<void()> update_of(std::int64_t count) {
  const Variable weight(zeros({count}), true);
  weight.set_grad(full({count}, 0.1));
  return [weight, optimizer = std::make_shared<optim::AdamW>(std::vector{weight})] { optimizer->step(); };
}

const std::vector<Series>& all_series() {
  static const std::vector<Series> all{
      {"tokens",
       {128, 256, 512, 1024, 2048, 4096, 8192, 16384},
       [](std::int64_t T) {
         return step_of({.B = 1, .T = T, .V = 64, .d = 64, .H = 2, .L = 2, .fused_attention = true});
       }},
      {"layers",
       {1, 2, 4, 8, 16, 32, 64},
       [](std::int64_t L) { return step_of({.B = 4, .T = 64, .V = 64, .d = 64, .H = 2, .L = L}); }},
      {"width",
       {32, 64, 128, 256, 512, 1024, 2048},
       [](std::int64_t d) { return step_of({.B = 4, .T = 64, .V = 64, .d = d, .H = d / 32, .L = 2}); }},
      {"batch",
       {1, 2, 4, 8, 16, 32, 64, 128, 256},
       [](std::int64_t B) { return step_of({.B = B, .T = 64, .V = 64, .d = 64, .H = 2, .L = 2}); }},
      {"vocabulary",
       {256, 1024, 4096, 16384, 65536, 262144},
       [](std::int64_t V) { return step_of({.B = 4, .T = 64, .V = V, .d = 64, .H = 2, .L = 2}); }},
      {"parameters", {1000, 10000, 100000, 1000000, 10000000, 100000000}, update_of},
      {"nodes", {100, 300, 1000, 3000, 10000, 30000, 100000, 300000, 1000000}, chain_of},
  };
  return all;
}

// Not getrusage's, which begins with that of the program that started this one.
double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib / 1024;
  }
  return 0;
}

void measure(const Series& series, std::int64_t size, double seconds) {
  set_num_threads(1);
  manual_seed(0);
  const double before = peak_mib();
  const auto work = series.work_of(size);
  work();  // warms up
  std::vector<double> times;
  constexpr std::size_t fewest = 3, most = 10000;  // more would be a part of the memory
  for (double total = 0; times.size() < fewest || (total < seconds && times.size() < most);
       total += times.back()) {
    const auto start = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  std::printf("{\"ms\": %.6g, \"mib\": %.6g}\n", 1e3 * *middle, peak_mib() - before);
}

void print_series() {
  std::string separator = "{";
  for (const Series& series : all_series()) {
    std::printf("%s\"%s\": [", separator.c_str(), series.name);
    for (std::size_t i = 0; i < series.sizes.size(); ++i) {
      std::printf("%s%lld", i ? ", " : "", static_cast<long long>(series.sizes[i]));
    }
    std::printf("]");
    separator = ", ";
  }
  std::printf("}\n");
}

int usage() {
  std::fprintf(stderr, "usage: growth_bench [SERIES SIZE [SECONDS]]; without arguments it prints both\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 1) return print_series(), 0;
  if (argc != 3 && argc != 4) return usage();
  const std::int64_t size = std::atoll(argv[2]);
  for (const Series& series : all_series()) {
    const bool has_size = std::count(series.sizes.begin(), series.sizes.end(), size) > 0;
    if (std::string_view(series.name) != argv[1] || !has_size) continue;
    measure(series, size, argc == 4 ? std::atof(argv[3]) : 0.5);
    return 0;
  }
  return usage();
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
