#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

/// Sets the learning rates of an optimiser's groups from step to step, each relative to the group's initial
/// rate. Steps count from 0. The constructor sets the rates of step 0, and `step()`, after the optimiser's,
/// those of the next. The values are PyTorch's. Holds the optimiser by reference.
///
///     optim::CosineAnnealingLR schedule(optimizer, /*T_max=*/1000);
///     for (...) {
///       ...
///       optimizer.step();
///       schedule.step();
///     }
class Schedule {
 public:
  virtual ~Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  /// The rate in a step of a group with this initial rate.
  using Rate = std::function<double(std::int64_t step, double initial_lr)>;

  void step();
  /// The number of the step whose rates are set.
  std::int64_t last_epoch() const { return step_; }
  /// The rates of the optimiser's groups.
  std::vector<double> get_last_lr() const;
  /// Sets the rates of any step, as if it were the next.
  void apply(std::int64_t step) const;

  /// int64 `last_epoch`. The options are not in the state: they are those of the constructor.
  NamedTensors state_dict() const;
  /// Sets the rates too. Throws `std::invalid_argument` that names all that is wrong; then nothing has
  /// changed.
  void load_state_dict(const NamedTensors& state);

 protected:
  Schedule(Optimizer& optimizer, const Rate& rate);
  /// For more than rates: sets the options of a step.
  Schedule(Optimizer& optimizer, std::function<void(std::int64_t step)> set_options);

 private:
  friend class SequentialLR;
  Optimizer& optimizer_;
  std::function<void(std::int64_t step)> set_options_;
  std::int64_t step_ = 0;
};

/// initial · factor(step)
class LambdaLR : public Schedule {
 public:
  LambdaLR(Optimizer& optimizer, std::function<double(std::int64_t step)> factor);
};

/// One schedule after the other: the next begins, with its step 0, in each step of `milestones`. Holds the
/// schedules by reference.
///
///     optim::LinearLR warmup(optimizer, {.start_factor = 0.01, .total_iters = 100});
///     optim::ExponentialLR decay(optimizer, 0.999);
///     optim::SequentialLR schedule(optimizer, {warmup, decay}, {100});
class SequentialLR : public Schedule {
 public:
  /// Throws unless there is one milestone fewer than schedules, milestones rise, and all schedules are this
  /// optimiser's.
  SequentialLR(Optimizer& optimizer, std::vector<std::reference_wrapper<const Schedule>> schedules,
               std::vector<std::int64_t> milestones);

 private:
  static std::function<void(std::int64_t)> in_sequence(
      const Optimizer& optimizer, std::vector<std::reference_wrapper<const Schedule>> schedules,
      std::vector<std::int64_t> milestones);
};

}  // namespace xgrad::optim
