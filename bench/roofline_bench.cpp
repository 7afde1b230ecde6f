// How close a training step comes to the limits of the processor. The time of a step is compared with the
// time that its products take at the rate of one of 256 x 256 x 256 in the cache, and the time that its
// weights take on their way from and to memory. Both rates are measured here, on as many threads as
// OMP_NUM_THREADS says. What a step does with activations is left out: on a perfect machine they stay in the
// cache.
//
//   roofline_bench [row] [float32]     row: a name of bench::steps, gpt2-124M if not given

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <xgrad/core/kernels/gemm.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/xgrad.hpp>

#include "training_step.hpp"

using namespace xgrad;

namespace {

template <class Work>
double seconds(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The shortest of at least five calls that take a second together. Two calls before take memory from the
// system.
template <class Work>
double shortest(const Work& work) {
  work();
  work();
  double best = seconds(work), spent = best;
  for (int calls = 1; calls < 5 || spent < 1; ++calls) {
    const double time = seconds(work);
    spent += time;
    best = std::min(best, time);
  }
  return best;
}

// Calls work(i) for as many i as there are threads, as a rule one in each.
template <class Work>
void in_all_threads(const Work& work) {
  kernels::parallel_for(get_num_threads(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(static_cast<std::size_t>(i));
  });
}

// Multiplications and additions per second of products that stay in the cache.
template <class Of>
double product_rate(DType dtype) {
  constexpr std::int64_t size = 256, calls = 20;
  struct Operands {
    Tensor a, b, c;
  };
  std::vector<Operands> operands;
  for (int i = 0; i < get_num_threads(); ++i) {
    operands.push_back(
        {zeros({size, size}, dtype), zeros({size, size}, dtype), zeros({size, size}, float32)});
  }
  const auto elements = [](const Tensor& x) { return reinterpret_cast<const Of*>(x.storage()->data()); };
  const double time = shortest([&] {
    in_all_threads([&](std::size_t i) {
      const Operands& x = operands[i];
      for (int call = 0; call < calls; ++call) {
        kernels::gemm<float, Of>({size, size, size, 1, kernels::row_major(elements(x.a), size),
                                  kernels::row_major(elements(x.b), size), 0,
                                  reinterpret_cast<float*>(x.c.storage()->data()), size});
      }
    });
  });
  return 2.0 * size * size * size * calls * get_num_threads() / time;
}

// Bytes per second of a loop that reads four arrays of 64 MB and writes three of them, as AdamW does.
double memory_rate() {
  constexpr std::int64_t size = 16 << 20;
  const Tensor p = zeros({size}), g = zeros({size}), m = zeros({size}), v = zeros({size});
  float *const to_p = p.mutable_data<float>(), *const to_m = m.mutable_data<float>(),
               *const to_v = v.mutable_data<float>();
  const float* const from_g = g.data<float>();
  const double time = shortest([&] {
    kernels::parallel_for(size, size / get_num_threads(), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        to_m[i] += from_g[i];
        to_v[i] += from_g[i];
        to_p[i] += to_m[i] * to_v[i];
      }
    });
  });
  return 7.0 * sizeof(float) * static_cast<double>(size) / time;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "gpt2-124M";
  const bool mixed = !(argc > 2 && std::strcmp(argv[2], "float32") == 0);
  const auto row = std::find_if(bench::steps.begin(), bench::steps.end(),
                                [&](const bench::Step& s) { return name == s.name; });
  if (row == bench::steps.end()) {
    std::fprintf(stderr, "roofline_bench: there is no row %s\n", name.c_str());
    return 2;
  }
  const double rate = mixed ? product_rate<BFloat16>(bfloat16) : product_rate<float>(float32);
  const double bandwidth = memory_rate();
  const bench::Training training = bench::training(*row, {.lr = 1e-4});
  std::int64_t weights = 0;
  for (const Variable& p : training.model->parameters()) weights += p.numel();
  const double step = shortest([&] {
    const MixedPrecision guard(mixed);
    training.step();
  });

  const double products = bench::flops(*row) / rate;
  const auto moved = [&](double bytes) { return bytes * static_cast<double>(weights) / bandwidth; };
  const double optimiser = moved(7 * 4), gradients = moved(4), rounding = mixed ? moved(4 + 2) : 0;
  const double reading = moved(2 * (mixed ? 2 : 4));  // packed forward and backward
  const double limit = products + optimiser + gradients + rounding + reading;
  std::printf("%s, %s, %d threads: products in the cache %.0f GFLOP/s, memory %.1f GB/s\n\n", name.c_str(),
              mixed ? "mixed precision" : "float32", get_num_threads(), rate / 1e9, bandwidth / 1e9);
  std::printf("| part of the limit | ms |\n|---|--:|\n");
  const auto line = [](const char* part, double time) { std::printf("| %s | %.1f |\n", part, 1e3 * time); };
  line("products", products);
  line("weights, gradients and moments, read and written by AdamW", optimiser);
  line("gradients, written by backward", gradients);
  if (mixed) line("weights, rounded to bfloat16", rounding);
  line("weights, packed for the products forward and backward", reading);
  line("all of it", limit);
  line("the step", step);
  std::printf("\nThe limit is %.0f %% of the step.\n", 100 * limit / step);
}
