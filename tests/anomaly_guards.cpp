// AnomalyGuard: its lifetime and options.
#include "support.hpp"

#include <memory>
#include <stdexcept>
#include <thread>

#include <xgrad/core/debug/anomaly.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/linear.hpp>

using namespace xgrad;

TEST_CASE("anomaly: a guard works while it lives, in its thread, and the innermost one looks") {
  const Variable zero = zeros({1});
  CHECK_NOTHROW(log(zero));
  {
    const AnomalyGuard outer;
    {
      const AnomalyGuard inner(AnomalyOptions{.infinities = false});
      CHECK_NOTHROW(log(zero));
    }
    CHECK_THROWS_AS(log(zero), std::runtime_error);
    std::thread other([&] { CHECK_NOTHROW(log(zero)); });
    other.join();
  }
  CHECK_NOTHROW(log(zero));
}

TEST_CASE("anomaly: guards may end in any order and in any thread") {
  const Variable zero = zeros({1});
  auto first = std::make_unique<AnomalyGuard>(AnomalyOptions{.infinities = false});
  auto second = std::make_unique<AnomalyGuard>();
  first.reset();
  CHECK_THROWS_AS(log(zero), std::runtime_error);
  first = std::make_unique<AnomalyGuard>(AnomalyOptions{.infinities = false});
  CHECK_NOTHROW(log(zero));
  std::thread([guard = std::move(first)]() mutable { guard.reset(); }).join();
  CHECK_THROWS_AS(log(zero), std::runtime_error);
  second.reset();
  CHECK_NOTHROW(log(zero));
}

TEST_CASE("anomaly: options may be given in braces, as the errors advise") {
  const nn::Linear model(2, 2);
  const Variable zero = zeros({1});
  const auto nan_alone = [&](const AnomalyGuard& guard) {
    CHECK_FALSE(guard.options().infinities);
    CHECK_NOTHROW(log(zero));
  };
  {
    const AnomalyGuard guard({.infinities = false});
    nan_alone(guard);
  }
  {
    const AnomalyGuard guard{{.infinities = false}};
    nan_alone(guard);
  }
  {
    const AnomalyGuard guard(model, {.infinities = false});
    nan_alone(guard);
    CHECK(guard.parameters().size() == 2);
  }
  {
    const AnomalyGuard guard(model.named_parameters(), {.infinities = false});
    nan_alone(guard);
  }
}

TEST_CASE("anomaly: a guard that has ended holds no parameter") {
  const Tensor numbers = ones({3});
  {
    const Variable parameter(numbers, true);
    const AnomalyGuard guard(AnomalyGuard::Names{{"parameter", parameter}});
    CHECK_FALSE(numbers.storage().is_unique());
  }
  CHECK(numbers.storage().is_unique());
}
