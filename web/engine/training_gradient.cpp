// What the page shows of a parameter and its gradient.

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "training_look.hpp"

namespace xgrad::web {
namespace {

constexpr std::int64_t most_cells = 4096;  // of a heatmap; a larger Tensor is a histogram
constexpr std::size_t bins = 41;           // odd, so that one is around 0

// How many elements lie in each of the equal bins from −largest to largest.
Json counts_in_bins(const std::vector<double>& numbers, double largest) {
  std::vector<std::int64_t> counts(bins, 0);
  for (const double x : numbers) {
    const double share = largest > 0 ? (x / largest + 1) / 2 : 0.5;  // 0 at −largest, 1 at largest
    if (std::isfinite(share)) ++counts[std::min(static_cast<std::size_t>(share * bins), bins - 1)];
  }
  return counts;
}

Json summary_of(const Tensor& tensor) {
  const Tensor numbers = tensor.to(float64);
  const double largest = amax(abs(numbers)).item<double>();
  Json summary{{"norm", to_json(norm(numbers).item<double>())},
               {"mean", to_json(mean(numbers).item<double>())},
               {"largest", to_json(largest)},
               {"counts", counts_in_bins(numbers.to_vector<double>(), largest)}};
  if (tensor.numel() <= most_cells) summary["tensor"] = to_json(tensor);
  return summary;
}

Variable parameter_named(const nn::GPT& model, const std::string& name) {
  for (const auto& [its, parameter] : model.named_parameters()) {
    if (its == name) return parameter;
  }
  throw std::invalid_argument("[training] the model has no parameter \"" + name + "\"");
}

}  // namespace

Json look_at_gradient(TrainingRun& run, const std::string& name) {
  const Variable parameter = parameter_named(run.model(), name);
  if (!parameter.has_grad())
    throw std::invalid_argument("[training] " + name + " has no gradient before the first step");
  return {{"name", name},
          {"step", run.steps_done()},
          {"shape", to_json(parameter.shape())},
          {"value", summary_of(parameter.value())},
          {"gradient", summary_of(parameter.grad())}};
}

}  // namespace xgrad::web
