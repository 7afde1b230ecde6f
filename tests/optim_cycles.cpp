// OneCycleLR and ReduceLROnPlateau, which set more or need more than a rate of the step: PyTorch's values.
#include "support.hpp"

#include <cmath>
#include <memory>

#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/one_cycle.hpp>
#include <xgrad/optim/plateau.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/optim/step_schedules.hpp>

using namespace xgrad;
using namespace xgrad::optim;

namespace {

constexpr double precision = 1e-12;

const Tensor& rates(const std::string& key) { return golden("schedules", key); }

std::vector<ParameterGroup> two_groups() {
  return {{.parameters = {Variable(zeros({1}), true)}, .lr = 0.1},
          {.parameters = {Variable(zeros({1}), true)}, .lr = 0.03}};
}

double relative_difference(double a, double b) { return std::abs(a - b) / std::abs(b); }

const OneCycleOptions all_options{.pct_start = 0.4,
                                  .anneal_strategy = Anneal::linear,
                                  .base_momentum = 0.6,
                                  .max_momentum = 0.9,
                                  .div_factor = 10,
                                  .final_div_factor = 100,
                                  .three_phase = true};

}  // namespace

TEST_CASE("OneCycleLR has PyTorch's rates and momenta at every step, in every group") {
  const auto check = [](const std::string& name, Optimizer& optimizer, OneCycleLR& schedule, auto momentum) {
    CAPTURE(name);
    for (std::int64_t step = 0; step < rates(name).size(0); ++step) {
      CAPTURE(step);
      for (std::int64_t g = 0; g < 2; ++g) {
        const ParameterGroup& group = optimizer.param_groups()[static_cast<std::size_t>(g)];
        CHECK(relative_difference(*group.lr, rates(name).at({step, g})) < precision);
        CHECK(relative_difference(*(group.*momentum), rates(name + " momentum").at({step, g})) < precision);
      }
      schedule.step();
    }
    CHECK_THROWS_TEXT(schedule.step(), "[OneCycleLR] step 71 comes after the total of 70 steps");
    CHECK(schedule.last_epoch() == 70);
  };
  AdamW adamw(two_groups(), {.lr = 1, .beta1 = 0.8, .beta2 = 0.99});
  OneCycleLR one_cycle(adamw, 0.5, 70);
  check("one cycle", adamw, one_cycle, &ParameterGroup::beta1);
  SGD sgd(two_groups(), {.lr = 1, .momentum = 0.7});
  OneCycleLR fixed(sgd, 0.5, 70, {.cycle_momentum = false});
  check("one cycle fixed", sgd, fixed, &ParameterGroup::momentum);
  OneCycleLR options(sgd, {0.5, 0.2}, 70, all_options);
  check("one cycle options", sgd, options, &ParameterGroup::momentum);
}

TEST_CASE("ReduceLROnPlateau has PyTorch's rates after every metric, and goes on from its state") {
  using Mode = PlateauOptions::Mode;
  using Threshold = PlateauOptions::Threshold;
  const std::vector<std::pair<std::string, PlateauOptions>> table = {
      {"plateau", {.patience = 3}},
      {"plateau options",
       {.factor = 0.5,
        .patience = 2,
        .threshold = 1e-3,
        .threshold_mode = Threshold::abs,
        .cooldown = 3,
        .min_lr = 1e-3}},
      {"plateau max", {.mode = Mode::max, .factor = 0.7, .patience = 4, .eps = 0.01}},
      {"plateau max abs",
       {.mode = Mode::max, .patience = 4, .threshold = 0.05, .threshold_mode = Threshold::abs}},
  };
  for (const auto& [name, options] : table) {
    CAPTURE(name);
    SGD optimizer(two_groups(), {.lr = 1});
    auto schedule = std::make_unique<ReduceLROnPlateau>(optimizer, options);
    for (std::int64_t step = 0; step < rates("metrics").size(0); ++step) {
      CAPTURE(step);
      schedule->step(rates("metrics").at({step}));
      for (std::int64_t g = 0; g < 2; ++g)
        CHECK(relative_difference(schedule->get_last_lr()[static_cast<std::size_t>(g)],
                                  rates(name).at({step, g})) < precision);
      auto restored = std::make_unique<ReduceLROnPlateau>(optimizer, options);
      restored->load_state_dict(schedule->state_dict());
      schedule = std::move(restored);
    }
  }
}

TEST_CASE("the shortest cycles and sequences have finite rates") {
  SGD o({Variable(zeros({1}), true)}, {.lr = 0.1, .momentum = 0.9});
  for (const double pct_start : {0.0, 0.5, 1.0}) {
    for (const std::int64_t total : {1, 2, 3}) {
      for (const bool three_phase : {false, true}) {
        OneCycleLR schedule(o, 1, total, {.pct_start = pct_start, .three_phase = three_phase});
        for (std::int64_t step = 0; step < total; ++step) {
          CHECK(o.lr() > 0);
          CHECK(o.lr() <= 1);
          schedule.step();
        }
      }
    }
  }
  const ConstantLR first(o, {.factor = 0.5}), second(o, {.factor = 0.25});
  const SequentialLR skips_first(o, {first, second}, {0});
  CHECK(o.lr() == 0.1 * 0.25);
}
