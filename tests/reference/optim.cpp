// The steps of SGD, Adam, AdamW and RMSprop against their definitions.
#include "optim.hpp"

#include <xtensor/xview.hpp>

#include "compare.hpp"

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xgrad;

namespace {

// PyTorch's objective Σ (A p)⁴/4 + Σ b p, whose gradient is Aᵀ (A p)³ + b.
template <class Optimizer>
void check_trajectory(const std::string& name, Optimizer optimizer) {
  CAPTURE(name);
  const auto number = [](const std::string& key) { return array_of<double>(golden("optim", key)); };
  const xt::xarray<double> A = number("A"), b = number("b"), expected = number(name);
  xt::xarray<double> p = number("start");
  for (std::size_t step = 0; step < 20; ++step) {
    const xt::xarray<double> Ap = xt::sum(A * p, {1});
    const xt::xarray<double> g = xt::sum(A * xt::expand_dims(xt::cube(Ap), 1), {0}) + b;
    optimizer.step(p, g);
    CHECK(xt::amax(xt::abs(p - xt::view(expected, step)))() < 1e-12);
  }
}

}  // namespace

TEST_CASE("reference: optimisers follow PyTorch's trajectory over 20 steps") {
  using namespace reference;
  check_trajectory("sgd", SGD<double>{.lr = 0.01});
  check_trajectory("sgd momentum", SGD<double>{.lr = 0.01, .momentum = 0.9});
  check_trajectory("sgd dampening", SGD<double>{.lr = 0.01, .momentum = 0.9, .dampening = 0.3});
  check_trajectory("sgd nesterov", SGD<double>{.lr = 0.01, .momentum = 0.9, .nesterov = true});
  check_trajectory("sgd decay", SGD<double>{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.1});
  check_trajectory("adam", Adam<double>{.lr = 0.05});
  check_trajectory("adam options",
                   Adam<double>{.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.3});
  check_trajectory("rmsprop", RMSprop<double>{.lr = 0.05});
  check_trajectory("rmsprop momentum", RMSprop<double>{.lr = 0.01, .momentum = 0.9});
  check_trajectory("rmsprop centered",
                   RMSprop<double>{.lr = 0.01, .alpha = 0.9, .eps = 1e-2, .centered = true});
  check_trajectory("adamw", AdamW<double>{{.lr = 0.05}});
  check_trajectory("adamw options",
                   AdamW<double>{{.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3}, 0.3});
}

// Bounds, for ten steps of given gradients. SGD adds terms, each after at most four roundings in a step: the
// same steps of |p| with −|g| and the opposite decay add the sizes of the terms, as none of them cancel.
TEST_CASE_TEMPLATE("SGD: rows of every length", T, float, double) {
  using R = Wide<T>;
  const auto check = [](const optim::SGDOptions& options) {
    for (const std::int64_t n : row_sizes) {
      CAPTURE(n);
      Generator generator(static_cast<std::uint64_t>(n));
      for (const Tensor& p : layouts_of(randn({2, n}, dtype_of<T>(), generator))) {
        reference::SGD<R> exact{.lr = static_cast<R>(options.lr),
                                .momentum = static_cast<R>(options.momentum),
                                .dampening = static_cast<R>(options.dampening),
                                .weight_decay = static_cast<R>(options.weight_decay),
                                .nesterov = options.nesterov};
        reference::SGD<R> sizes = exact;
        sizes.weight_decay = -exact.weight_decay;
        xt::xarray<R> x = array_of<R>(p), size = xt::abs(x);
        const Variable parameter(p, true);
        optim::SGD ours({parameter}, options);
        for (int step = 1; step <= 10; ++step) {
          const Tensor g = randn({2, n}, dtype_of<T>(), generator);
          parameter.set_grad(g);
          ours.step();
          exact.step(x, array_of<R>(g));
          sizes.step(size, -xt::abs(array_of<R>(g)));
          check_within<T>(static_cast<R>(4 * step) * size, p, x);
        }
      }
    }
  };
  check({.lr = 0.1});
  check({.lr = 0.1, .momentum = 0.9});
  check({.lr = 0.1, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.1});
  check({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true});
}

// Bounds, for step t. m adds terms, each after at most three roundings in a step; `size` is the m of their
// sizes. The terms of v do not cancel. So m is off by 3 t u size, √v by 2 t u of itself and by the rounding
// of g, and one step by lr (8 t + 16) u size/√v. 1 − βᵗ is off by a rounding of 1. Then p is rounded.
TEST_CASE_TEMPLATE("Adam and AdamW: rows of every length", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  const auto check = [](auto make, auto definition, reference::Adam<R> sizes, double decay) {
    for (const std::int64_t n : row_sizes) {
      CAPTURE(n);
      Generator generator(static_cast<std::uint64_t>(n));
      for (const Tensor& p : layouts_of(randn({2, n}, dtype_of<T>(), generator))) {
        const Variable parameter(p, true);
        auto ours = make(parameter);
        auto exact = definition;
        reference::Adam<R> size = sizes;
        A x = array_of<R>(p), allowed = xt::zeros_like(x), unused = x;
        for (int step = 1; step <= 10; ++step) {
          const Tensor gradient = randn({2, n}, dtype_of<T>(), generator);
          const A g = array_of<R>(gradient);
          size.step(unused, xt::abs(g) + static_cast<R>(decay) * xt::abs(x));
          parameter.set_grad(gradient);
          ours.step();
          exact.step(x, g);
          const R rest1 = 1 - std::pow(size.beta1, step), rest2 = 1 - std::pow(size.beta2, step);
          const A update = size.m / rest1 / (xt::sqrt(exact.v / rest2) + size.eps);
          allowed +=
              size.lr * (static_cast<R>(8 * step + 16) + 1 / rest1 + 1 / rest2) * update + 2 * xt::abs(x);
          check_within<T>(allowed, p, x);
        }
      }
    }
  };
  const reference::Adam<R> plain{.lr = R(0.05)},
      sizes{.lr = R(0.05), .beta1 = R(0.8), .beta2 = R(0.95), .eps = R(1e-3)};
  reference::Adam<R> decayed = sizes;
  decayed.weight_decay = R(0.3);
  using P = const Variable&;
  check([](P p) { return optim::Adam({p}, {.lr = 0.05}); }, plain, plain, 0);
  check(
      [](P p) {
        return optim::Adam({p}, {.lr = 0.05, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.3});
      },
      decayed, sizes, 0.3);
  check([](P p) { return optim::AdamW({p}, {.lr = 0.05, .weight_decay = 0.3}); },
        reference::AdamW<R>{plain, R(0.3)}, plain, 0);
}

// Bounds, for step t. s and a add terms, each after at most three roundings in a step, so s − a² is off by
// 9 t u s, and its root by 9 t u s/(s − a²) of itself. v adds such terms; `size` is the v of their sizes.
TEST_CASE_TEMPLATE("RMSprop: rows of every length", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  const auto check = [](const optim::RMSpropOptions& options) {
    for (const std::int64_t n : row_sizes) {
      CAPTURE(n);
      Generator generator(static_cast<std::uint64_t>(n));
      for (const Tensor& p : layouts_of(randn({2, n}, dtype_of<T>(), generator))) {
        reference::RMSprop<R> exact{.lr = static_cast<R>(options.lr),
                                    .alpha = static_cast<R>(options.alpha),
                                    .eps = static_cast<R>(options.eps),
                                    .momentum = static_cast<R>(options.momentum),
                                    .centered = options.centered};
        const Variable parameter(p, true);
        optim::RMSprop ours({parameter}, options);
        A x = array_of<R>(p), allowed = xt::zeros_like(x), size = xt::zeros_like(x);
        for (int step = 1; step <= 10; ++step) {
          const Tensor gradient = randn({2, n}, dtype_of<T>(), generator);
          const A g = array_of<R>(gradient);
          parameter.set_grad(gradient);
          ours.step();
          exact.step(x, g);
          const A variance = exact.s - xt::square(exact.a);
          const A error = (static_cast<R>(9 * step) * exact.s / variance + 4) * xt::abs(g) /
                          (xt::sqrt(variance) + exact.eps);
          size = exact.momentum * size + error + 3 * xt::abs(exact.v);
          allowed += exact.lr * size + 2 * xt::abs(x);
          check_within<T>(allowed, p, x);
        }
      }
    }
  };
  check({.lr = 0.05});
  check({.lr = 0.05, .alpha = 0.9, .eps = 1e-2, .momentum = 0.5});
  check({.lr = 0.05, .alpha = 0.9, .eps = 1e-2, .momentum = 0.5, .centered = true});
}
