#pragma once

#include <xgrad/optim/schedule.hpp>

namespace xgrad::optim {

// The initial rate times a factor of the step t.

struct ConstantLROptions {
  double factor = 1.0 / 3;  ///< in [0, 1]
  std::int64_t total_iters = 5;
};
/// t < total_iters: factor; then 1.
class ConstantLR : public Schedule {
 public:
  explicit ConstantLR(Optimizer& optimizer, const ConstantLROptions& options = {});
};

struct LinearLROptions {
  double start_factor = 1.0 / 3;  ///< in (0, 1]
  double end_factor = 1;          ///< in [0, 1]
  std::int64_t total_iters = 5;
};
/// start_factor + (end_factor − start_factor) · min(t / total_iters, 1): a warm-up, or a linear decay.
class LinearLR : public Schedule {
 public:
  explicit LinearLR(Optimizer& optimizer, const LinearLROptions& options = {});
};

/// gamma^⌊t / step_size⌋
class StepLR : public Schedule {
 public:
  StepLR(Optimizer& optimizer, std::int64_t step_size, double gamma = 0.1);
};

/// gamma^(the number of milestones ≤ t)
class MultiStepLR : public Schedule {
 public:
  MultiStepLR(Optimizer& optimizer, const std::vector<std::int64_t>& milestones, double gamma = 0.1);
};

/// gamma^t
class ExponentialLR : public Schedule {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma);
};

}  // namespace xgrad::optim
