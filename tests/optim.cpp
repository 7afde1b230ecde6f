#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include <doctest/doctest.h>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/linear.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::optim;

namespace {

const Tensor& numbers(const std::string& key) { return golden("optim", key); }

// f(p) = Σ (A p)⁴/4 + Σ b p
Variable objective(const Variable& p) {
  return sum(pow(matmul(numbers("A"), p), 4)) / 4 + sum(numbers("b") * p);
}

using Make = std::function<std::unique_ptr<Optimizer>(std::vector<Variable>)>;

Make sgd(const SGDOptions& options) {
  return [options](std::vector<Variable> p) { return std::make_unique<SGD>(std::move(p), options); };
}
Make adam(const AdamOptions& options) {
  return [options](std::vector<Variable> p) { return std::make_unique<Adam>(std::move(p), options); };
}
Make rmsprop(const RMSpropOptions& options) {
  return [options](std::vector<Variable> p) { return std::make_unique<RMSprop>(std::move(p), options); };
}
Make adamw(const AdamWOptions& options) {
  return [options](std::vector<Variable> p) { return std::make_unique<AdamW>(std::move(p), options); };
}

}  // namespace

TEST_CASE("optimisers follow PyTorch's trajectory over 20 steps") {
  const std::vector<std::pair<std::string, Make>> table = {
      {"sgd", sgd({.lr = 0.01})},
      {"sgd momentum", sgd({.lr = 0.01, .momentum = 0.9})},
      {"sgd dampening", sgd({.lr = 0.01, .momentum = 0.9, .dampening = 0.3})},
      {"sgd nesterov", sgd({.lr = 0.01, .momentum = 0.9, .nesterov = true})},
      {"sgd decay", sgd({.lr = 0.01, .momentum = 0.9, .weight_decay = 0.1})},
      {"adam", adam({.lr = 0.05})},
      {"adam options", adam({.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.3})},
      {"adamw", adamw({.lr = 0.05})},
      {"adamw options", adamw({.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.3})},
      {"sgd maximize", sgd({.lr = 1e-4, .momentum = 0.9, .weight_decay = 0.1, .maximize = true})},
      {"adam amsgrad", adam({.lr = 0.5, .beta1 = 0.5, .beta2 = 0.6, .weight_decay = 0.1, .amsgrad = true})},
      {"adamw amsgrad", adamw({.lr = 0.5, .beta1 = 0.5, .beta2 = 0.6, .amsgrad = true, .maximize = true})},
      {"rmsprop", rmsprop({.lr = 0.05})},
      {"rmsprop decay", rmsprop({.lr = 0.05, .alpha = 0.9, .eps = 1e-3, .weight_decay = 0.3})},
      {"rmsprop momentum", rmsprop({.lr = 0.01, .momentum = 0.9})},
      {"rmsprop centered", rmsprop({.lr = 0.01, .alpha = 0.9, .eps = 1e-2, .centered = true})},
      {"rmsprop all", rmsprop({.lr = 0.01,
                               .alpha = 0.8,
                               .eps = 1e-2,
                               .weight_decay = 0.1,
                               .momentum = 0.5,
                               .centered = true,
                               .maximize = true})},
  };
  for (const auto& [name, make] : table) {
    CAPTURE(name);
    // a parameter in contiguous memory, and one that is a strided view
    for (const Tensor& memory : {zeros({3}, float64), zeros({3, 2}, float64).select(1, 0)}) {
      const Variable p(memory.copy_(numbers("start")), true);
      const auto optimizer = make({p});
      for (std::int64_t step = 0; step < 20; ++step) {
        optimizer->zero_grad();
        objective(p).backward();
        optimizer->step();
        CHECK(max_abs_diff(p.value(), numbers(name).select(0, step)) < 1e-12);
      }
    }
  }
}

TEST_CASE("groups of parameters follow PyTorch's trajectory, each with its own options") {
  const Variable p(numbers("start").clone(), true), q(numbers("b").clone(), true);
  AdamW optimizer({{.parameters = {p}, .lr = 0.05, .weight_decay = 0.3},
                   {.parameters = {q}, .beta1 = 0.8, .beta2 = 0.95}},
                  {.lr = 0.02});
  for (std::int64_t step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    (sum(pow(matmul(numbers("A"), p), 4)) / 4 + sum(q * p) + sum(pow(q, 4))).backward();
    optimizer.step();
    CHECK(max_abs_diff(p.value(), numbers("two groups").select(0, step).select(0, 0)) < 1e-12);
    CHECK(max_abs_diff(q.value(), numbers("two groups").select(0, step).select(0, 1)) < 1e-12);
  }
}

TEST_CASE("clip_grad_norm_ scales like PyTorch's and returns the norm before") {
  const Variable p(numbers("start").clone(), true);
  SGD optimizer({p}, {.lr = 0.1});
  for (std::int64_t step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    objective(p).backward();
    const double norm = clip_grad_norm_({p}, 0.5);
    CHECK(norm == doctest::Approx(numbers("norms").select(0, step).item<double>()).epsilon(1e-12));
    optimizer.step();
    CHECK(max_abs_diff(p.value(), numbers("clipped").select(0, step)) < 1e-12);
  }
}

TEST_CASE("clip_grad_norm_ computes the joint norm, with double's accuracy for float32 gradients") {
  const Variable a(zeros({100000}), true), b(zeros({3}), true), without(zeros({2}), true);
  a.set_grad(full({100000}, 2.0F));
  b.set_grad(tensor({1.0F, 2.0F, 3.0F}));
  CHECK(clip_grad_norm_({a, b, without}, 1e9) == doctest::Approx(std::sqrt(400000.0 + 14)).epsilon(1e-12));
  CHECK(a.grad().at({7}) == 2);
  b.set_grad(tensor({1.0F, std::numeric_limits<float>::infinity(), 0.0F}));
  CHECK_THROWS_TEXT(clip_grad_norm_({a, b}, 1),
                    "[clip_grad_norm_] the norm of the gradients is inf from parameter 1 on, of shape (3,)");
  b.set_grad(tensor({1.0F, -std::numeric_limits<float>::quiet_NaN(), 0.0F}));
  CHECK_THROWS_TEXT(clip_grad_norm_({a, b}, 1),
                    "[clip_grad_norm_] the norm of the gradients is nan from parameter 1 on");
  CHECK(a.grad().at({7}) == 2);
}

TEST_CASE("clip_grad_norm_ computes norms whose squares overflow or underflow float32") {
  for (const double size : {1e25, 1e19, 1.0, 1e-19, 1e-25}) {
    for (const std::int64_t n : {64, 67}) {
      const Variable p(zeros({n}), true);
      p.set_grad(full({n}, size, float32));
      CHECK(clip_grad_norm_({p}, 1e30) ==
            doctest::Approx(std::sqrt(static_cast<double>(n)) * size).epsilon(1e-6).scale(0));
    }
  }
}

TEST_CASE("AdamW: 1 − β keeps its digits in float32") {
  // for a constant gradient, the first step is lr for any betas
  for (const double beta : {0.9, 0.999, 0.99999, 0.9999999}) {
    CAPTURE(beta);
    const Variable p(zeros({3}), true);
    p.set_grad(full({3}, 0.5, float32));
    AdamW({p}, {.lr = 1, .beta1 = beta, .beta2 = beta, .weight_decay = 0}).step();
    CHECK(max_abs_diff(p.value(), full({3}, -1, float32)) < 1e-6);
  }
}

TEST_CASE("RMSprop: gradients that never change have a variance of 0, not a negative one") {
  for (const DType dtype : {float32, float64}) {
    const Variable p(zeros({300}, dtype), true);
    RMSprop optimizer({p}, {.alpha = 0.9, .centered = true});
    const Tensor gradient = (arange(1, 301).to(dtype) * 0.01).value();
    sum(p * gradient).backward();
    for (int step = 0; step < 600; ++step) optimizer.step();
    CHECK(isnan(p).sum().item<std::int64_t>() == 0);
    p.grad().fill_(NAN);
    optimizer.step();
    CHECK(isnan(p).sum().item<std::int64_t>() == 300);
  }
}

TEST_CASE("optimisers refuse a parameter whose dtype has changed since its first step") {
  for (const auto& make : {sgd({.lr = 0.1, .momentum = 0.9}), adamw({.lr = 0.1})}) {
    nn::Linear linear(2, 1);
    const auto optimizer = make(linear.parameters());
    const auto step_on = [&](const Tensor& x) {
      optimizer->zero_grad();
      sum(linear(x)).backward();
      optimizer->step();
    };
    step_on(ones({3, 2}));
    linear.to(float64);
    CHECK_THROWS_TEXT(
        step_on(ones({3, 2}, float64)),
        "[optim] parameter 0 is now float64 of shape (1, 2), and was float32 of shape (1, 2) in "
        "its first step; make a new optimizer for it");
  }
}

TEST_CASE("a parameter without a gradient stays, and its state starts with its own first step") {
  const Variable p(ones({2}, float64), true), q(ones({2}, float64), true);
  AdamW optimizer({p, q}, {.lr = 0.1, .weight_decay = 0});
  for (int i = 0; i < 3; ++i) {
    optimizer.zero_grad();
    sum(p).backward();
    optimizer.step();
  }
  CHECK(equal(q.value(), ones({2}, float64)));
  sum(q).backward();
  optimizer.step();
  // the first step of Adam is lr · g / (|g| + eps)
  CHECK(q.value().at({0}) == doctest::Approx(1 - 0.1 / (1 + 1e-8)).epsilon(1e-14));
}

TEST_CASE("AdamW in float32 follows AdamW in float64") {
  const Variable p(numbers("start").to(float32), true);
  AdamW optimizer({p}, {.lr = 0.05});
  for (std::int64_t step = 0; step < 20; ++step) {
    optimizer.zero_grad();
    sum(pow(matmul(numbers("A").to(float32), p), 4) / 4).backward();
    p.grad().add_(numbers("b").to(float32));
    optimizer.step();
  }
  CHECK(max_abs_diff(p.value().to(float64), numbers("adamw").select(0, 19)) < 1e-5);
}

TEST_CASE("optimisers refuse parameters and options that they cannot use") {
  const Variable p(ones({2}), true);
  CHECK_THROWS_TEXT(SGD(std::vector<Variable>(), {}), "[optim] there are no parameters to optimise");
  CHECK_THROWS_TEXT(SGD({p, p}, {}), "[optim] parameters 0 and 1 are the same");
  CHECK_THROWS_TEXT(SGD({p * 2}, {}), "[optim] parameter 0 is the result of an op");
  CHECK_THROWS_TEXT(SGD({Variable()}, {}), "[optim] parameter 0 is undefined");
  CHECK_THROWS_TEXT(AdamW({ones({2})}),
                    "[optim] parameter 0 of shape (2,) never required a gradient, so nothing would train it; "
                    "make it Variable(tensor, true)");
  CHECK_THROWS_TEXT(SGD({p}, {.lr = -1}), "[SGD] lr must be finite and not negative, got -1");
  constexpr double inf = std::numeric_limits<double>::infinity();
  CHECK_THROWS_TEXT(SGD({p}, {.lr = inf}), "[SGD] lr must be finite and not negative, got inf");
  CHECK_THROWS_TEXT(SGD({p}, {.momentum = inf}), "[SGD] momentum must be finite and not negative, got inf");
  CHECK_THROWS_TEXT(SGD({p}, {.dampening = std::nan("")}), "[SGD] dampening must be finite, got nan");
  CHECK_THROWS_TEXT(AdamW({p}, {.eps = inf}), "[AdamW] eps must be finite and not negative, got inf");
  CHECK_THROWS_TEXT(AdamW({p}, {.weight_decay = -1}),
                    "[AdamW] weight_decay must be finite and not negative, got -1");
  CHECK_THROWS_TEXT(SGD({p}, {.nesterov = true}), "[SGD] Nesterov needs a momentum and no dampening");
  CHECK_THROWS_TEXT(AdamW({p}, {.beta1 = 1}), "[AdamW] beta1 must lie in [0, 1), got 1");
  CHECK_THROWS_TEXT(clip_grad_norm_({p}, -1),
                    "[clip_grad_norm_] max_norm must not be negative or NaN, got -1");
}

TEST_CASE("a step raises the version, so that a graph that needs the old value throws") {
  const Variable p(ones({2}), true);
  const Variable loss = sum(p * p);
  p.set_grad(ones({2}));
  AdamW({p}, {}).step();
  CHECK_THROWS_TEXT(loss.backward(), "that was changed in place afterwards");
}
