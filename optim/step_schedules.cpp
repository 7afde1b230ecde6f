#include <xgrad/optim/step_schedules.hpp>

#include <algorithm>
#include <cmath>

#include <xgrad/core/base/error.hpp>
#include <xgrad/optim/group_options.hpp>

namespace xgrad::optim {
namespace {

using Rate = Schedule::Rate;

void check_factor(std::string_view op, std::string_view name, double factor) {
  if (!(factor >= 0 && factor <= 1)) fail(op, name, " must lie in [0, 1], got ", factor);
}

void check_at_least(std::string_view op, std::string_view name, std::int64_t least, std::int64_t value) {
  if (value < least) fail(op, name, " must be at least ", least, ", got ", value);
}

double power(double gamma, std::int64_t exponent) { return std::pow(gamma, static_cast<double>(exponent)); }

Rate constant(const ConstantLROptions& o) {
  check_factor("ConstantLR", "factor", o.factor);
  check_at_least("ConstantLR", "total_iters", 0, o.total_iters);
  return [o](std::int64_t step, double lr) { return step < o.total_iters ? lr * o.factor : lr; };
}

Rate linear(const LinearLROptions& o) {
  check_factor("LinearLR", "start_factor", o.start_factor);
  if (o.start_factor == 0) fail("LinearLR", "start_factor must not be 0");
  check_factor("LinearLR", "end_factor", o.end_factor);
  check_at_least("LinearLR", "total_iters", 1, o.total_iters);
  return [o](std::int64_t step, double lr) {
    const double t = static_cast<double>(std::min(step, o.total_iters)),
                 n = static_cast<double>(o.total_iters);
    return lr * (o.start_factor + (o.end_factor - o.start_factor) * t / n);
  };
}

Rate stepped(std::int64_t step_size, double gamma) {
  check_at_least("StepLR", "step_size", 1, step_size);
  check_option("StepLR", "gamma", gamma);
  return [=](std::int64_t step, double lr) { return lr * power(gamma, step / step_size); };
}

Rate multi_stepped(std::vector<std::int64_t> milestones, double gamma) {
  check_option("MultiStepLR", "gamma", gamma);
  std::sort(milestones.begin(), milestones.end());
  return [=](std::int64_t step, double lr) {
    return lr *
           power(gamma, std::upper_bound(milestones.begin(), milestones.end(), step) - milestones.begin());
  };
}

Rate exponential(double gamma) {
  check_option("ExponentialLR", "gamma", gamma);
  return [gamma](std::int64_t step, double lr) { return lr * power(gamma, step); };
}

}  // namespace

ConstantLR::ConstantLR(Optimizer& optimizer, const ConstantLROptions& options)
    : Schedule(optimizer, constant(options)) {}

LinearLR::LinearLR(Optimizer& optimizer, const LinearLROptions& options)
    : Schedule(optimizer, linear(options)) {}

StepLR::StepLR(Optimizer& optimizer, std::int64_t step_size, double gamma)
    : Schedule(optimizer, stepped(step_size, gamma)) {}

MultiStepLR::MultiStepLR(Optimizer& optimizer, const std::vector<std::int64_t>& milestones, double gamma)
    : Schedule(optimizer, multi_stepped(milestones, gamma)) {}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma) : Schedule(optimizer, exponential(gamma)) {}

}  // namespace xgrad::optim
