// EMA: the average over the steps of training, its guard and its state.
#include "support.hpp"

#include <cmath>
#include <limits>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/ema.hpp>

using namespace xgrad;
using namespace xgrad::optim;

TEST_CASE("after n updates with weights p_1, p_2, ... the average is the exponentially weighted sum") {
  const Variable p(tensor({1.0, -2.0}, float64), true), empty(zeros({0, 3}), true);
  EMA ema({p, empty}, {.decay = 0.75});
  for (int i = 1; i <= 10; ++i) {
    p.value().copy_(tensor({1.0 + i, -2.0 * i}, float64));
    ema.update();
  }
  // Σ_{i=1..10} 0.25 · 0.75^(10−i) p_i + 0.75^10 p_0
  double a = std::pow(0.75, 10), b = -2 * std::pow(0.75, 10);
  for (int i = 1; i <= 10; ++i) {
    a += 0.25 * std::pow(0.75, 10 - i) * (1 + i);
    b += 0.25 * std::pow(0.75, 10 - i) * (-2 * i);
  }
  CHECK(max_abs_diff(ema.averages()[0], tensor({a, b}, float64)) < 1e-14);
  CHECK(equal(p.value(), tensor({11.0, -20.0}, float64)));
}

TEST_CASE("with a warm-up the decay of update n is at most (1 + n)/(10 + n)") {
  const Variable p(zeros({1}, float64), true);
  EMA ema({p}, {.decay = 0.3, .warmup = true});
  double expected = 0;
  for (int n = 0; n < 8; ++n) {
    p.value().fill_(n + 1);
    ema.update();
    const double decay = std::min(0.3, (1.0 + n) / (10 + n));
    expected = decay * expected + (1 - decay) * (n + 1);
    CHECK(ema.averages()[0].at({0}) == doctest::Approx(expected).epsilon(1e-14));
  }
}

TEST_CASE("the rounding of the decay does not move a float32 average") {
  const Variable p(ones({1}), true);
  EMA ema({p}, {.decay = 0.9999});
  double expected = 1;
  for (int n = 0; n < 40000; ++n) {
    const double next = 1 + 0.25 * (n % 5);
    p.value().fill_(next);
    ema.update();
    expected += (1 - 0.9999) * (next - expected);
  }
  CHECK(ema.averages()[0].at({0}) == doctest::Approx(expected).epsilon(1e-5));
}

TEST_CASE("a guard gives the model the averages, and then its own values and memory") {
  nn::Linear linear(2, 3);
  EMA ema(linear.parameters(), {.decay = 0.5});
  const Tensor first = linear.weight.value().clone();
  const Tensor memory = linear.weight.value();
  memory.fill_(1);
  ema.update();
  {
    const EMA::Guard averaged(ema);
    CHECK(max_abs_diff(linear.weight.value(), (first * 0.5 + 0.5).value()) < 1e-7);
    CHECK(max_abs_diff(linear.state_dict()[0].second, (first * 0.5 + 0.5).value()) < 1e-7);
    CHECK_THROWS_TEXT(ema.update(), "[EMA] the parameters have the averages' values until the guard's end");
    CHECK_THROWS_TEXT(EMA::Guard{ema}, "[EMA] the parameters have the averages' values");
    CHECK_THROWS_TEXT(ema.load_state_dict(ema.state_dict()),
                      "[load_state_dict] the parameters have the averages'");
  }
  CHECK(linear.weight.value().storage() == memory.storage());
  CHECK(equal(linear.weight.value(), ones({3, 2})));
  CHECK_NOTHROW(ema.update());
  try {
    const EMA::Guard averaged(ema);
    throw std::runtime_error("evaluation fails");
  } catch (const std::runtime_error&) {
  }
  CHECK(equal(linear.weight.value(), ones({3, 2})));
}

TEST_CASE("a guard in the middle of training changes no bit of it") {
  const auto train = [](bool evaluates) {
    const Variable p(tensor({1.0, -2.0}), true);
    AdamW optimizer({p}, {.lr = 0.1});
    EMA ema({p}, {.decay = 0.9});
    for (int i = 0; i < 10; ++i) {
      optimizer.zero_grad();
      sum(p * p * p).backward();
      if (evaluates) {
        const EMA::Guard averaged(ema);
        (void)sum(p * p);
      }
      optimizer.step();
      ema.update();
    }
    return std::pair(p.value(), ema.averages()[0]);
  };
  const auto [p, average] = train(true);
  const auto [expected_p, expected_average] = train(false);
  CHECK(equal(p, expected_p));
  CHECK(equal(average, expected_average));
}

TEST_CASE("an EMA that is built anew and restored goes on bit for bit") {
  const Variable p(tensor({1.0, -2.0}), true);
  EMA straight({p}, {.warmup = true}), restored({p}, {.warmup = true});
  for (int i = 0; i < 5; ++i) {
    p.value().mul_(1.1);
    straight.update();
  }
  restored.load_state_dict(straight.state_dict());
  for (int i = 0; i < 5; ++i) {
    p.value().mul_(1.1);
    straight.update();
    restored.update();
  }
  CHECK(equal(restored.averages()[0], straight.averages()[0]));
  CHECK(restored.state_dict()[0].second.item<std::int64_t>() == 10);
  const Tensor before = straight.averages()[0].clone();
  CHECK_THROWS_TEXT(
      straight.load_state_dict({{"num_updates", tensor(-1)}, {"averages.0", ones({3})}, {"x", ones({1})}}),
      "[load_state_dict] the state does not fit an EMA:\n  num_updates is negative\n  wrong shape or "
      "dtype: averages.0 is float32 of shape (3,), not float32 of shape (2,)\n  unexpected: x");
  CHECK(equal(straight.averages()[0], before));
}

TEST_CASE("EMA refuses what it cannot average") {
  const Variable p(ones({2}), true);
  CHECK_THROWS_TEXT(EMA({p}, {.decay = 1}), "[EMA] decay must lie in [0, 1), got 1");
  CHECK_THROWS_TEXT(EMA({p}, {.decay = std::numeric_limits<double>::quiet_NaN()}), "[EMA] decay must lie in");
  CHECK_THROWS_TEXT(EMA({}), "[EMA] there are no parameters to average");
  CHECK_THROWS_TEXT(EMA({p, p}), "[EMA] parameters 0 and 1 are the same");
  CHECK_THROWS_TEXT(EMA({p * 2}), "[EMA] parameter 0 is the result of an op");
  CHECK_THROWS_TEXT(EMA({Variable(tensor({1}))}), "[EMA] parameter 0 must be floating, not int64");
  EMA ema({p});
  p.set_value(ones({2}, float64));
  CHECK_THROWS_TEXT(ema.update(),
                    "[EMA] parameter 0 is now float64 of shape (2,), and its average float32 of shape (2,)");
}
