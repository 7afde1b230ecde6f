#include <xgrad/optim/one_cycle.hpp>

#include <cmath>
#include <numbers>

#include <xgrad/core/base/error.hpp>
#include <xgrad/optim/group_options.hpp>

namespace xgrad::optim {
namespace {

// Where the cycle is: the way from one of three levels to another.
enum Level { first, highest, last };
struct Place {
  Level from, to;
  double progress;  // 0 to 1
};

Place place_of(double step, double total, const OneCycleOptions& o) {
  const double peak = o.pct_start * total - 1, valley = 2 * peak, end = total - 1;  // steps
  const auto between = [step](double from, double to) {
    return to > from ? std::min(1.0, (step - from) / (to - from)) : 1;
  };
  if (step <= peak) return {first, highest, between(0, peak)};
  if (!o.three_phase) return {highest, last, between(peak, end)};
  if (step <= valley) return {highest, first, between(peak, valley)};
  return {first, last, between(valley, end)};
}

double anneal(double from, double to, double progress, Anneal strategy) {
  if (strategy == Anneal::linear) return from + (to - from) * progress;
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * progress));
}

void check(const Optimizer& optimizer, const std::vector<double>& max_lrs, std::int64_t total_steps,
           const OneCycleOptions& o) {
  constexpr std::string_view op = "OneCycleLR";
  const std::size_t groups = optimizer.param_groups().size();
  if (max_lrs.size() != groups)
    fail(op, "there must be a max_lr for each of the ", groups, " groups, got ", max_lrs.size());
  for (const double max_lr : max_lrs) check_option(op, "max_lr", max_lr);
  if (total_steps < 1) fail(op, "total_steps must be positive, got ", total_steps);
  if (!(o.pct_start >= 0 && o.pct_start <= 1)) fail(op, "pct_start must lie in [0, 1], got ", o.pct_start);
  if (!(o.div_factor > 0 && o.final_div_factor > 0))
    fail(op, "div_factor and final_div_factor must be positive, got ", o.div_factor, " and ",
         o.final_div_factor);
  const ParameterGroup& group = optimizer.param_groups()[0];
  if (o.cycle_momentum && !group.beta1 && !group.momentum)
    fail(op, "the optimizer has no momentum to cycle; set .cycle_momentum = false");
}

std::function<void(std::int64_t)> cycle(Optimizer& optimizer, const std::vector<double>& max_lrs,
                                        std::int64_t total_steps, const OneCycleOptions& o) {
  check(optimizer, max_lrs, total_steps, o);
  const std::string_view momentum = optimizer.param_groups()[0].beta1 ? "beta1" : "momentum";
  return [&optimizer, max_lrs, total_steps, o, momentum](std::int64_t step) {
    if (step > total_steps)
      fail("OneCycleLR", "step ", step, " comes after the total of ", total_steps, " steps");
    const auto [from, to, progress] =
        place_of(static_cast<double>(step), static_cast<double>(total_steps), o);
    for (std::size_t g = 0; g < max_lrs.size(); ++g) {
      const double first_lr = max_lrs[g] / o.div_factor;
      const double levels[] = {first_lr, max_lrs[g], first_lr / o.final_div_factor};
      optimizer.set_option("lr", anneal(levels[from], levels[to], progress, o.anneal_strategy), g);
      const double momenta[] = {o.max_momentum, o.base_momentum, o.max_momentum};
      if (o.cycle_momentum)
        optimizer.set_option(momentum, anneal(momenta[from], momenta[to], progress, o.anneal_strategy), g);
    }
  };
}

}  // namespace

OneCycleLR::OneCycleLR(Optimizer& optimizer, double max_lr, std::int64_t total_steps,
                       const OneCycleOptions& options)
    : OneCycleLR(optimizer, std::vector(optimizer.param_groups().size(), max_lr), total_steps, options) {}

OneCycleLR::OneCycleLR(Optimizer& optimizer, const std::vector<double>& max_lrs, std::int64_t total_steps,
                       const OneCycleOptions& options)
    : Schedule(optimizer, cycle(optimizer, max_lrs, total_steps, options)) {}

}  // namespace xgrad::optim
