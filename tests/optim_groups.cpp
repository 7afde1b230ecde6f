// Groups of parameters, accumulated gradients, clipping by value.
#include "support.hpp"

#include <cmath>
#include <limits>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/feed_forward.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/sequential.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xgrad;
using namespace xgrad::optim;

TEST_CASE("a group's options override the optimiser's, and the others are the optimiser's") {
  const Variable a(ones({1}), true), b(ones({1}), true);
  const AdamW optimizer(
      {{.parameters = {a}, .weight_decay = 0.1}, {.parameters = {b}, .lr = 1e-4, .amsgrad = true}},
      {.lr = 1e-3, .beta1 = 0.8});
  const ParameterGroup &first = optimizer.param_groups()[0], &second = optimizer.param_groups()[1];
  CHECK(*first.lr == 1e-3);
  CHECK(*second.lr == 1e-4);
  CHECK(*first.weight_decay == 0.1);
  CHECK(*second.weight_decay == 1e-2);
  CHECK(*second.beta1 == 0.8);
  CHECK_FALSE(*first.amsgrad);
  CHECK(*second.amsgrad);
  CHECK_FALSE(first.momentum);
  CHECK(optimizer.parameters().size() == 2);
  CHECK(optimizer.initial_lr(1) == 1e-4);
}

TEST_CASE("groups with options that their optimiser does not have or allow are refused") {
  const Variable a(ones({1}), true), b(ones({1}), true);
  CHECK_THROWS_TEXT(AdamW({{.parameters = {a}}, {.parameters = {b}, .momentum = 0.9}}),
                    "[AdamW] group 1 sets momentum, which is no option of this optimiser");
  CHECK_THROWS_TEXT(SGD({{.parameters = {a}, .amsgrad = true}}),
                    "[SGD] group 0 sets amsgrad, which is no option of this optimiser");
  CHECK_THROWS_TEXT(AdamW({{.parameters = {a}, .beta2 = 1}}), "[AdamW] beta2 must lie in [0, 1), got 1");
  CHECK_THROWS_TEXT(RMSprop({{.parameters = {a}, .alpha = -1}}),
                    "[RMSprop] alpha must be finite and not negative, got -1");
  CHECK_THROWS_TEXT(SGD({{.parameters = {a}, .nesterov = true}}), "[SGD] Nesterov needs a momentum");
  CHECK_THROWS_TEXT(SGD({{.parameters = {a}}, {.parameters = {b, a}}}),
                    "[optim] parameters 0 and 2 are the same; name each once");
  CHECK_THROWS_TEXT(SGD(std::vector<ParameterGroup>{}), "[optim] there are no parameters to optimise");
  CHECK_THROWS_TEXT(SGD({ParameterGroup{}}), "[optim] there are no parameters to optimise");
}

TEST_CASE("decay_matrices puts matrices into a group that decays, and vectors into one that does not") {
  const nn::Sequential model(nn::Linear(2, 3), nn::LayerNorm(3), nn::Linear(3, 1, {.bias = false}));
  const std::vector<ParameterGroup> groups = decay_matrices(model, 0.1);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].parameters.size() == 2);  // two weights
  CHECK(groups[1].parameters.size() == 3);  // a bias, a gain and a shift
  CHECK(*groups[0].weight_decay == 0.1);
  CHECK(*groups[1].weight_decay == 0);
  for (const Variable& p : groups[0].parameters) CHECK(p.dim() == 2);
  for (const Variable& p : groups[1].parameters) CHECK(p.dim() == 1);

  // p ← p − lr · decay · p where the gradient is 0
  SGD optimizer(decay_matrices(model, 0.1), {.lr = 0.5});
  for (const Variable& p : model.parameters()) {
    p.value().fill_(1);
    p.set_grad(zeros(p.shape()));
  }
  optimizer.step();
  for (const Variable& p : groups[0].parameters) CHECK(allclose(p, full_like(p.value(), 0.95)));
  for (const Variable& p : groups[1].parameters) CHECK(equal(p, ones_like(p.value())));

  CHECK(decay_matrices(nn::Linear(2, 2, {.bias = false}), 0.1).size() == 1);
  CHECK(decay_matrices(nn::LayerNorm(2), 0.1)[0].weight_decay == 0);
  CHECK(decay_matrices(nn::Sequential(), 0.1).empty());
}

TEST_CASE("the mean loss of n parts, each divided by n, makes the step of the whole batch") {
  manual_seed(0);
  const Tensor x = randn({12, 4}, float64), y = randn({12, 2}, float64);
  const auto train = [&](std::int64_t parts) {
    Generator generator(1);
    nn::Linear model(4, 2, {}, generator);
    model.to(float64);
    AdamW optimizer(model.parameters(), {.lr = 0.1});
    for (int step = 0; step < 5; ++step) {
      optimizer.zero_grad();
      for (std::int64_t i = 0; i < parts; ++i) {
        const std::int64_t n = 12 / parts;
        (mse_loss(model(x.slice(0, i * n, (i + 1) * n)), y.slice(0, i * n, (i + 1) * n)) / parts).backward();
      }
      clip_grad_norm_(model.parameters(), 1);
      optimizer.step();
    }
    return model.weight.value();
  };
  const Tensor whole = train(1);
  for (const std::int64_t parts : {2, 3, 12}) CHECK(max_abs_diff(train(parts), whole) < 1e-12);
}

TEST_CASE("clip_grad_value_ clips as PyTorch, and skips what clip_grad_norm_ skips") {
  const Variable p(zeros({4}, float64), true), frozen(zeros({2}), true), without(zeros({2}), true);
  const Variable strided(zeros({4, 2}, float64).select(1, 0), true);
  const Tensor gradient = tensor({0.3, -2.0, 0.7, std::numeric_limits<double>::quiet_NaN()}, float64);
  p.set_grad(gradient.clone());
  strided.set_grad(gradient.clone());
  frozen.set_grad(full({2}, 3.0F));
  frozen.requires_grad_(false);
  clip_grad_value_({p, frozen, without, strided}, 0.5);
  const Tensor& expected = golden("optim", "clipped values");
  CHECK(allclose(p.grad(), expected, 0, 0, /*equal_nan=*/true));
  CHECK(allclose(strided.grad(), expected, 0, 0, /*equal_nan=*/true));
  CHECK(equal(frozen.grad(), full({2}, 3.0F)));
  CHECK_FALSE(without.has_grad());
  clip_grad_value_({p}, std::numeric_limits<double>::infinity());
  CHECK(allclose(p.grad(), expected, 0, 0, /*equal_nan=*/true));
  CHECK_THROWS_TEXT(clip_grad_value_({p}, -1),
                    "[clip_grad_value_] clip_value must not be negative or NaN, got -1");
  CHECK_THROWS_TEXT(clip_grad_value_({p, p}, 1), "[clip_grad_value_] parameters 0 and 1 are the same");
}

TEST_CASE("set_lr keeps the proportions between the groups' initial rates") {
  const Variable a(zeros({1}), true), b(zeros({1}), true);
  SGD optimizer({{.parameters = {a}, .lr = 0.1}, {.parameters = {b}, .lr = 0.03}}, {.lr = 1});
  optimizer.set_lr(0.2);
  CHECK(optimizer.lr() == 0.2);
  CHECK(*optimizer.param_groups()[1].lr == doctest::Approx(0.06).epsilon(1e-15));
  optimizer.set_lr(0.1);
  CHECK(*optimizer.param_groups()[1].lr == doctest::Approx(0.03).epsilon(1e-15));
  optimizer.set_option("lr", 0.5, 1);
  CHECK(*optimizer.param_groups()[1].lr == 0.5);
  CHECK(optimizer.lr() == 0.1);
  CHECK_THROWS_TEXT(optimizer.set_option("lr", -1, 1), "[SGD] lr must be finite and not negative, got -1");
  CHECK_THROWS_TEXT(optimizer.set_option("beta1", 0.5),
                    "[SGD] there is no option \"beta1\" that is a number");
  CHECK_THROWS_AS(optimizer.set_option("lr", 1, 2), std::out_of_range);
  const Variable p(zeros({1}), true), q(zeros({1}), true);
  SGD from_zero({{.parameters = {p}, .lr = 0}, {.parameters = {q}}}, {.lr = 0.1});
  CHECK_THROWS_TEXT(from_zero.set_lr(1),
                    "[SGD] set_lr has no proportion between the groups' initial rates of 0 and 0.1");
}
