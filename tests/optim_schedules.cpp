// Schedules of learning rates: PyTorch's values at every step, their state, and refused options.
#include "support.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/cosine_schedules.hpp>
#include <xgrad/optim/one_cycle.hpp>
#include <xgrad/optim/plateau.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/optim/step_schedules.hpp>

using namespace xgrad;
using namespace xgrad::optim;

namespace {

// PyTorch's powers are products over the steps before, ours are one pow: they differ in the last digits.
constexpr double precision = 1e-12;

const Tensor& rates(const std::string& key) { return golden("schedules", key); }

std::vector<ParameterGroup> two_groups() {
  return {{.parameters = {Variable(zeros({1}), true)}, .lr = 0.1},
          {.parameters = {Variable(zeros({1}), true)}, .lr = 0.03}};
}

// Holds the schedules that a SequentialLR refers to.
using Made = std::vector<std::unique_ptr<Schedule>>;
using Make = std::function<Made(Optimizer&)>;

template <class S, class... Arguments>
Make make(const Arguments&... arguments) {
  return [=](Optimizer& optimizer) {
    Made made;
    made.push_back(std::make_unique<S>(optimizer, arguments...));
    return made;
  };
}

Made sequence(Optimizer& o) {
  Made made;
  made.push_back(std::make_unique<LinearLR>(o, LinearLROptions{.start_factor = 0.1, .total_iters = 9}));
  made.push_back(std::make_unique<CosineAnnealingLR>(o, 40));
  made.push_back(std::make_unique<ExponentialLR>(o, 0.9));
  made.push_back(std::make_unique<SequentialLR>(
      o, std::vector<std::reference_wrapper<const Schedule>>{*made[0], *made[1], *made[2]},
      std::vector<std::int64_t>{10, 50}));
  return made;
}

const std::vector<std::pair<std::string, Make>> schedules = {
    {"constant", make<ConstantLR>()},
    {"constant options", make<ConstantLR>(ConstantLROptions{.factor = 0.25, .total_iters = 17})},
    {"linear", make<LinearLR>()},
    {"linear options",
     make<LinearLR>(LinearLROptions{.start_factor = 0.01, .end_factor = 0.7, .total_iters = 31})},
    {"step", make<StepLR>(13)},
    {"step options", make<StepLR>(7, 0.8)},
    {"multi step", make<MultiStepLR>(std::vector<std::int64_t>{30, 5, 5, 48})},
    {"multi step options", make<MultiStepLR>(std::vector<std::int64_t>{3, 50}, 0.3)},
    {"exponential", make<ExponentialLR>(0.93)},
    {"cosine", make<CosineAnnealingLR>(69)},
    {"cosine options", make<CosineAnnealingLR>(23, 0.004)},
    {"restarts", make<CosineAnnealingWarmRestarts>(11)},
    {"restarts options",
     make<CosineAnnealingWarmRestarts>(5, WarmRestartsOptions{.T_mult = 3, .eta_min = 0.001})},
    {"lambda", make<LambdaLR>([](std::int64_t step) { return 1.0 / static_cast<double>(1 + step); })},
    {"sequential", sequence},
};

}  // namespace

TEST_CASE("schedules have PyTorch's rates at every step, in every group") {
  for (const auto& [name, make] : schedules) {
    CAPTURE(name);
    SGD optimizer(two_groups(), {.lr = 1});
    const Made made = make(optimizer);
    Schedule& schedule = *made.back();
    for (std::int64_t step = 0; step < rates(name).size(0); ++step) {
      CAPTURE(step);
      CHECK(schedule.last_epoch() == step);
      for (std::size_t g = 0; g < 2; ++g) {
        const double expected = rates(name).at({step, static_cast<std::int64_t>(g)});
        CHECK(std::abs(schedule.get_last_lr()[g] - expected) < precision * (expected + 1e-3));
        CHECK(*optimizer.param_groups()[g].lr == schedule.get_last_lr()[g]);
      }
      schedule.step();
    }
  }
}

TEST_CASE("a schedule and its optimiser that are built anew and restored have the same rates") {
  for (const auto& [name, make] : schedules) {
    CAPTURE(name);
    SGD straight_optimizer(two_groups(), {.lr = 1}), optimizer(two_groups(), {.lr = 1});
    const Made straight = make(straight_optimizer), restored = make(optimizer);
    for (int i = 0; i < 12; ++i) straight.back()->step();
    restored.back()->load_state_dict(straight.back()->state_dict());
    for (int i = 0; i < 20; ++i) {
      CHECK(restored.back()->get_last_lr() == straight.back()->get_last_lr());
      CHECK(restored.back()->last_epoch() == 12 + i);
      straight.back()->step();
      restored.back()->step();
    }
  }
  SGD optimizer(two_groups(), {.lr = 1});
  StepLR schedule(optimizer, 1);
  CHECK_THROWS_TEXT(
      schedule.load_state_dict({{"last_epoch", tensor(-1)}, {"gamma", tensor(1)}}),
      "[load_state_dict] the state does not fit a schedule:\n  last_epoch is -1, but steps count "
      "from 0\n  unexpected: gamma");
  OneCycleLR one_cycle(optimizer, 1, 10);
  CHECK_THROWS_TEXT(one_cycle.load_state_dict({{"last_epoch", tensor(11)}}),
                    "[OneCycleLR] step 11 comes after");
  CHECK(one_cycle.last_epoch() == 0);
  ReduceLROnPlateau plateau(optimizer);
  CHECK_THROWS_TEXT(
      plateau.load_state_dict({{"best", tensor(1.0, float64)}}),
      "[load_state_dict] the state does not fit a ReduceLROnPlateau:\n  missing: num_bad_epochs");
}

TEST_CASE("WarmupCosine follows the closed form, and needs no state before it is applied") {
  const auto check = [](double lr, const WarmupCosineOptions& options, std::int64_t step, double expected) {
    SGD optimizer({Variable(zeros({1}), true)}, {.lr = lr});
    WarmupCosine schedule(optimizer, options);
    schedule.apply(step);
    CHECK(optimizer.lr() == doctest::Approx(expected));
    WarmupCosine stepped(optimizer, options);
    for (std::int64_t i = 0; i < std::min<std::int64_t>(step, 200); ++i) stepped.step();
    CHECK(optimizer.lr() == doctest::Approx(expected));
  };
  const WarmupCosineOptions options{.warmup = 10, .total = 110, .min_lr = 0.1};
  check(1, options, 0, 0.1);
  check(1, options, 9, 1);
  check(1, options, 10, 1);
  check(1, options, 35, 0.1 + 0.9 * 0.5 * (1 + std::sqrt(0.5)));
  check(1, options, 60, 0.55);
  check(1, options, 110, 0.1);
  check(1, options, 100000, 0.1);
  check(2, {.warmup = 0, .total = 1}, 0, 2);
  const WarmupCosineOptions only_warmup{.warmup = 4, .total = 4, .min_lr = 0.25};
  check(1, only_warmup, 0, 0.25);
  check(1, only_warmup, 3, 1);
  check(1, only_warmup, 4, 0.25);
}

TEST_CASE("schedules refuse options that make no schedule") {
  SGD o({Variable(zeros({1}), true)}, {.lr = 0.1});
  RMSprop rmsprop({Variable(zeros({1}), true)});
  CHECK_THROWS_TEXT(
      WarmupCosine(o, {.warmup = 200, .total = 100}),
      "[WarmupCosine] a warm-up of 200 steps does not fit into a total of 100; total counts the "
      "steps of the warm-up too");
  CHECK_THROWS_TEXT(WarmupCosine(o, {.warmup = -1}), "[WarmupCosine] a warm-up of -1 steps does not fit");
  for (const double min_lr : {0.2, -0.1, std::nan("")})
    CHECK_THROWS_TEXT(WarmupCosine(o, {.min_lr = min_lr}),
                      "[WarmupCosine] min_lr must lie in [0, initial rate]");
  CHECK_THROWS_TEXT(StepLR(o, 0), "[StepLR] step_size must be at least 1, got 0");
  CHECK_THROWS_TEXT(StepLR(o, 1, -1), "[StepLR] gamma must be finite and not negative, got -1");
  CHECK_THROWS_TEXT(ConstantLR(o, {.factor = 1.5}), "[ConstantLR] factor must lie in [0, 1], got 1.5");
  CHECK_THROWS_TEXT(LinearLR(o, {.start_factor = 0}), "[LinearLR] start_factor must not be 0");
  CHECK_THROWS_TEXT(LinearLR(o, {.total_iters = 0}), "[LinearLR] total_iters must be at least 1, got 0");
  CHECK_THROWS_TEXT(CosineAnnealingLR(o, 0), "[CosineAnnealingLR] T_max must be positive, got 0");
  CHECK_THROWS_TEXT(CosineAnnealingWarmRestarts(o, 5, {.T_mult = 0}),
                    "T_0 and T_mult must be positive, got 5 and 0");
  CHECK_THROWS_TEXT(LambdaLR(o, [](std::int64_t) { return -1.0; }),
                    "[SGD] lr must be finite and not negative, got -0.1");
  CHECK_THROWS_TEXT(OneCycleLR(o, {1.0, 2.0}, 10),
                    "[OneCycleLR] there must be a max_lr for each of the 1 groups, got 2");
  CHECK_THROWS_TEXT(OneCycleLR(o, 1, 0), "[OneCycleLR] total_steps must be positive, got 0");
  CHECK_THROWS_TEXT(OneCycleLR(o, 1, 10, {.pct_start = 2}),
                    "[OneCycleLR] pct_start must lie in [0, 1], got 2");
  CHECK_THROWS_TEXT(ReduceLROnPlateau(o, {.factor = 1}),
                    "[ReduceLROnPlateau] factor must lie in [0, 1), got 1");
  CHECK_THROWS_TEXT(ReduceLROnPlateau(o, {.patience = -1}),
                    "[ReduceLROnPlateau] patience and cooldown must not");
  const StepLR a(o, 3), b(rmsprop, 3);
  CHECK_THROWS_TEXT(SequentialLR(o, {a}, {3}),
                    "[SequentialLR] there must be one milestone fewer than schedules, got 1 and 1");
  CHECK_THROWS_TEXT(SequentialLR(o, {a, a, a}, {3, 2}), "[SequentialLR] milestones must rise from 0 on");
  CHECK_THROWS_TEXT(SequentialLR(o, {a, b}, {3}),
                    "[SequentialLR] a schedule has another optimizer than the one given here");
}
