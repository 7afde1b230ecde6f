// A training step of rows.hpp on the ranks that mpirun has started, each with its part of the batch; without
// mpirun, in one process. Or the sum of one Tensor over all ranks. bench/ranks.py runs it.
//
// Usage: ranks_bench step ROW THREADS SECONDS    prints, as JSON, the median of the milliseconds of a step
//        ranks_bench sum BYTES SECONDS           of a sum of so many bytes
//        ranks_bench idle ROW THREADS SECONDS    of a step whose gradients are not summed

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <xgrad/mpi/data_parallel.hpp>

#include "training_step.hpp"

using namespace xgrad;

namespace {

// All ranks begin each call together and make the same number of calls. Rank 0 prints the median of its
// times.
void measure(const mpi::Communicator& world, double seconds, const std::function<void()>& work) {
  work();
  work();
  std::vector<double> times;
  double total = 0;
  do {
    world.sum(0);
    const auto start = std::chrono::steady_clock::now();
    work();
    world.sum(0);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    total += times.back();
  } while (world.sum(total < 1e3 * seconds || times.size() < 5) > 0);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  if (world.rank() == 0) std::printf("{\"ms\": %.6g}\n", times[times.size() / 2]);
}

const bench::Step& step_called(const std::string& name) {
  for (const bench::Step& step : bench::steps) {
    if (name == step.name) return step;
  }
  throw std::invalid_argument("there is no step " + name);
}

void measure_step(const mpi::Communicator& world, const std::string& row, int threads, double seconds,
                  bool sums) {
  set_num_threads(threads);
  manual_seed(0);
  bench::Step step = step_called(row);
  step.B /= world.size();
  std::optional<mpi::DataParallel> parallel;
  const bench::Training training = bench::training(step, {}, [&] {
    if (parallel) parallel->finish();
  });
  if (world.size() > 1 && sums) parallel.emplace(world, training.model->named_parameters());
  measure(world, seconds, [&] {
    if (parallel) parallel->begin(1);
    training.step();
  });
}

int run(mpi::Communicator& world, int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if ((what == "step" || what == "idle") && argc == 5) {
    measure_step(world, argv[2], std::atoi(argv[3]), std::atof(argv[4]), what == "step");
  } else if (what == "sum" && argc == 4) {
    const Tensor x = zeros({std::atoll(argv[2]) / static_cast<std::int64_t>(sizeof(float))}, float32),
                 total = zeros_like(x);
    measure(world, std::atof(argv[3]), [&] { mpi::Reduction(world, x, total).wait(); });
  } else {
    std::fprintf(stderr,
                 "usage: ranks_bench step|idle ROW THREADS SECONDS, or ranks_bench sum BYTES SECONDS\n");
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  mpi::Communicator world;
  try {
    const int status = run(world, argc, argv);
    if (status == 0) world.finish();
    return status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ranks_bench: %s\n", error.what());
    return 1;
  }
}
