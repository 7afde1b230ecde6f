#include <xgrad/optim/cosine_schedules.hpp>

#include <cmath>
#include <numbers>

#include <xgrad/core/base/error.hpp>
#include <xgrad/optim/group_options.hpp>

namespace xgrad::optim {
namespace {

using Rate = Schedule::Rate;

double fall(double initial, double least, std::int64_t step, std::int64_t steps) {
  const double progress = static_cast<double>(step) / static_cast<double>(steps);
  return least + (initial - least) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

Rate annealing(std::int64_t T_max, double eta_min) {
  if (T_max < 1) fail("CosineAnnealingLR", "T_max must be positive, got ", T_max);
  check_option("CosineAnnealingLR", "eta_min", eta_min);
  return [=](std::int64_t step, double lr) { return fall(lr, eta_min, step, T_max); };
}

Rate restarting(std::int64_t T_0, const WarmRestartsOptions& o) {
  if (T_0 < 1 || o.T_mult < 1)
    fail("CosineAnnealingWarmRestarts", "T_0 and T_mult must be positive, got ", T_0, " and ", o.T_mult);
  check_option("CosineAnnealingWarmRestarts", "eta_min", o.eta_min);
  return [=](std::int64_t step, double lr) {
    std::int64_t period = T_0;
    if (o.T_mult == 1) step %= T_0;
    while (step >= period) {
      step -= period;
      period *= o.T_mult;
    }
    return fall(lr, o.eta_min, step, period);
  };
}

Rate warm_then_fall(const Optimizer& optimizer, const WarmupCosineOptions& o) {
  if (o.warmup < 0 || o.warmup > o.total) {
    fail("WarmupCosine", "a warm-up of ", o.warmup, " steps does not fit into a total of ", o.total,
         "; total counts the steps of the warm-up too");
  }
  for (std::size_t g = 0; g < optimizer.param_groups().size(); ++g) {
    if (const double lr = optimizer.initial_lr(g); !(o.min_lr >= 0 && o.min_lr <= lr))
      fail("WarmupCosine", "min_lr must lie in [0, initial rate], got ", o.min_lr, " for an initial rate of ",
           lr);
  }
  return [o](std::int64_t step, double lr) {
    if (step < o.warmup) return lr * static_cast<double>(step + 1) / static_cast<double>(o.warmup);
    return step < o.total ? fall(lr, o.min_lr, step - o.warmup, o.total - o.warmup) : o.min_lr;
  };
}

}  // namespace

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, std::int64_t T_max, double eta_min)
    : Schedule(optimizer, annealing(T_max, eta_min)) {}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, std::int64_t T_0,
                                                         const WarmRestartsOptions& options)
    : Schedule(optimizer, restarting(T_0, options)) {}

WarmupCosine::WarmupCosine(Optimizer& optimizer, const WarmupCosineOptions& options)
    : Schedule(optimizer, warm_then_fall(optimizer, options)) {}

}  // namespace xgrad::optim
