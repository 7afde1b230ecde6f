#include <xgrad/optim/schedule.hpp>

#include <algorithm>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/state_reader.hpp>

namespace xgrad::optim {

Schedule::Schedule(Optimizer& optimizer, const Rate& rate)
    : Schedule(optimizer, [&optimizer, rate](std::int64_t step) {
        for (std::size_t g = 0; g < optimizer.param_groups().size(); ++g)
          optimizer.set_option("lr", rate(step, optimizer.initial_lr(g)), g);
      }) {}

Schedule::Schedule(Optimizer& optimizer, std::function<void(std::int64_t step)> set_options)
    : optimizer_(optimizer), set_options_(std::move(set_options)) {
  set_options_(0);
}

void Schedule::step() {
  set_options_(step_ + 1);
  ++step_;
}

std::vector<double> Schedule::get_last_lr() const {
  std::vector<double> rates;
  for (const ParameterGroup& group : optimizer_.param_groups()) rates.push_back(*group.lr);
  return rates;
}

void Schedule::apply(std::int64_t step) const {
  if (step < 0) fail("Schedule", "steps count from 0, got ", step);
  set_options_(step);
}

NamedTensors Schedule::state_dict() const { return {{"last_epoch", tensor(step_, int64)}}; }

void Schedule::load_state_dict(const NamedTensors& state) {
  StateReader reader(state);
  const std::int64_t step = reader.integer("last_epoch");
  if (step < 0) reader.problem("last_epoch is " + std::to_string(step) + ", but steps count from 0");
  reader.finish("the state does not fit a schedule");
  set_options_(step);
  step_ = step;
}

LambdaLR::LambdaLR(Optimizer& optimizer, std::function<double(std::int64_t step)> factor)
    : Schedule(optimizer, [factor = std::move(factor)](std::int64_t step, double initial_lr) {
        return initial_lr * factor(step);
      }) {}

std::function<void(std::int64_t)> SequentialLR::in_sequence(
    const Optimizer& optimizer, std::vector<std::reference_wrapper<const Schedule>> schedules,
    std::vector<std::int64_t> milestones) {
  constexpr std::string_view op = "SequentialLR";
  if (schedules.size() != milestones.size() + 1)
    fail(op, "there must be one milestone fewer than schedules, got ", milestones.size(), " and ",
         schedules.size());
  if (!std::is_sorted(milestones.begin(), milestones.end()) || (!milestones.empty() && milestones[0] < 0))
    fail(op, "milestones must rise from 0 on");
  for (const Schedule& schedule : schedules) {
    if (&schedule.optimizer_ != &optimizer)
      fail(op, "a schedule has another optimizer than the one given here");
  }
  return [schedules = std::move(schedules), milestones = std::move(milestones)](std::int64_t step) {
    const auto next = std::upper_bound(milestones.begin(), milestones.end(), step);
    const std::int64_t start = next == milestones.begin() ? 0 : *(next - 1);
    schedules[static_cast<std::size_t>(next - milestones.begin())].get().apply(step - start);
  };
}

SequentialLR::SequentialLR(Optimizer& optimizer,
                           std::vector<std::reference_wrapper<const Schedule>> schedules,
                           std::vector<std::int64_t> milestones)
    : Schedule(optimizer, in_sequence(optimizer, std::move(schedules), std::move(milestones))) {}

}  // namespace xgrad::optim
