// Times one small training step, natively or in WebAssembly, without Google Benchmark; bench/web.py runs it.
// Weight decay is 0, since TensorFlow.js has Adam without it.
//
// Usage: step_bench ROW SECONDS [FILE]
//   ROW       step/tiny, step/mlp, step_recorded/tiny or step_recorded/mlp
//   SECONDS   how long steps run before the timing, so that a browser's engine has compiled them, and again
//   in it FILE      gets the batch and the first weights, for others that do the same work
// Prints, as JSON, the losses of the first steps and the median of the milliseconds of a step.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "training_step.hpp"

using namespace xgrad;

namespace {

constexpr int first_steps = 20;

std::optional<bench::Training> training_of(const std::string& row) {
  const std::string recorded = "step_recorded/";
  if (row.starts_with(recorded)) {
    auto training = training_of("step/" + row.substr(recorded.size()));
    if (training) training = bench::recorded(*std::move(training));
    return training;
  }
  const optim::AdamWOptions options{.lr = 1e-3, .weight_decay = 0};
  for (const bench::Step& s : bench::steps) {
    if (row == std::string("step/") + s.name) return bench::training(s, options);
  }
  for (const bench::MlpStep& s : bench::mlp_steps) {
    if (row == std::string("step/") + s.name) return bench::training(s, options);
  }
  return std::nullopt;
}

void save(const bench::Training& training, const std::string& file) {
  NamedTensors tensors{{"input", training.input}, {"targets", training.targets}};
  for (const auto& [name, parameter] : training.model->named_parameters())
    tensors.emplace_back(name, parameter.value());
  save_safetensors(file, tensors);
}

// Milliseconds of `steps` steps.
double milliseconds(const bench::Training& training, int steps) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < steps; ++i) training.step();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// The median of the means of samples of about 20 ms.
double median_step(const bench::Training& training, double seconds) {
  double spent = 0;
  int steps = 0;
  for (; spent < 1e3 * seconds; ++steps) spent += milliseconds(training, 1);
  const int in_sample = std::max(1, static_cast<int>(20 * steps / spent));
  std::vector<double> means;
  for (spent = 0; spent < 1e3 * seconds;) {
    const double time = milliseconds(training, in_sample);
    spent += time;
    means.push_back(time / in_sample);
  }
  const auto middle = means.begin() + static_cast<std::ptrdiff_t>(means.size() / 2);
  std::nth_element(means.begin(), middle, means.end());
  return *middle;
}

int run(const std::string& row, double seconds, const char* file) {
  manual_seed(0);
  const std::optional<bench::Training> training = training_of(row);
  if (!training) {
    std::fprintf(stderr, "step_bench: there is no row %s\n", row.c_str());
    return 2;
  }
  if (file) save(*training, file);
  std::printf("{\"losses\": [");
  for (int i = 0; i < first_steps; ++i)
    std::printf("%s%.9g", i > 0 ? ", " : "", training->step().item<double>());
  std::printf("], \"milliseconds\": %.6g}\n", median_step(*training, seconds));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0;
  if (argc < 3 || argc > 4 || !(seconds > 0)) {
    std::fprintf(stderr, "usage: step_bench ROW SECONDS [FILE]\n");
    return 2;
  }
  try {
    return run(argv[1], seconds, argc == 4 ? argv[3] : nullptr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "step_bench: %s\n", error.what());
    return 1;
  }
}
