// Norms: against PyTorch (golden/make_norm.py), xtensor expressions and finite differences; rows far
// from 0, constant rows, errors.
#include "op_table.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/batch_norm.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

using namespace xgrad;
using Xs = std::vector<Variable>;

namespace {

Tensor sample(const Shape& shape, double center = 0, double spread = 1) {
  static Generator generator(5);
  const Tensor x = randn(shape, float32, generator);
  x.mul_(spread);
  return x.add_(center);
}

xt::xtensor<double, 2> as_matrix(const Tensor& x) {
  const std::vector<double> values = x.to_vector<double>();
  const std::array<std::size_t, 2> shape = {static_cast<std::size_t>(x.size(0)),
                                            static_cast<std::size_t>(x.size(1))};
  return xt::adapt(values, shape);
}

}  // namespace

TEST_CASE("layer_norm, rms_norm, batch_norm: values and gradients") {
  const auto last_two = [](const Variable& x) { return Shape{x.size(-2), x.size(-1)}; };
  const Variable mean = tensor({0.5, -1.0, 2.0}, float64), var = tensor({0.3, 2.0, 1.0}, float64);
  const auto running = [&](const Xs& x) {
    const DType dtype = x[0].dtype();
    return batch_norm(x[0], to(mean, dtype), to(var, dtype), x[1], x[2], false, 0.1, 1e-3);
  };
  check_ops("norm",
            {
                {"layer_norm_2", [&](const Xs& x) { return layer_norm(x[0], last_two(x[0])); }},
                {"layer_norm_2_affine",
                 [&](const Xs& x) { return layer_norm(x[0], last_two(x[0]), x[1], x[2], 1e-3); }},
                {"rms_norm_2", [&](const Xs& x) { return rms_norm(x[0], last_two(x[0]), x[1], 1e-3); }},
                {"batch_norm", [](const Xs& x) { return batch_norm(x[0], {}, {}, {}, {}, true); }},
                {"batch_norm_affine",
                 [](const Xs& x) { return batch_norm(x[0], {}, {}, x[1], x[2], true, 0.1, 1e-3); }},
                {"batch_norm_running", running},
                {"batch_norm_gamma", [](const Xs& x) { return batch_norm(x[0], {}, {}, x[1], {}, true); }},
                {"batch_norm_beta", [](const Xs& x) { return batch_norm(x[0], {}, {}, {}, x[1], true); }},
                {"layer_norm", [](const Xs& x) { return layer_norm(x[0]); }},
                {"layer_norm_gamma", [](const Xs& x) { return layer_norm(x[0], x[1]); }},
                {"layer_norm_beta", [](const Xs& x) { return layer_norm(x[0], {}, x[1]); }},
                {"rms_norm", [](const Xs& x) { return rms_norm(x[0], {}, 1e-5); }},
                {"rms_norm_affine", [](const Xs& x) { return rms_norm(x[0], x[1], 1e-3); }},
                {"layer_norm_affine", [](const Xs& x) { return layer_norm(x[0], x[1], x[2], 1e-3); }},
            });
}

TEST_CASE("layer_norm: the kernels against xtensor expressions and the composed rule, rows far from 0 too") {
  struct Row {
    double center, spread;
  };
  for (const std::int64_t n : {2, 5, 16, 31, 32, 64, 100, 256, 1000}) {
    for (const Row row : {Row{0, 1}, Row{1e4, 1}, Row{-1e4, 0.01}, Row{0, 1e4}, Row{3, 1e-4}}) {
      CAPTURE(n);
      CAPTURE(row.center);
      CAPTURE(row.spread);
      const Variable x(sample({40, n}, row.center, row.spread), true);
      const Variable gamma(sample({n}, 1), true), beta(sample({n}), true);
      const Variable y = layer_norm(x, gamma, beta);
      const xt::xtensor<double, 2> values = as_matrix(x.value());
      const xt::xtensor<double, 1> means = xt::mean(values, {1});
      const xt::xtensor<double, 2> centered = values - xt::view(means, xt::all(), xt::newaxis());
      const xt::xtensor<double, 2> squares = xt::square(centered);
      const xt::xtensor<double, 1> rstd = 1.0 / xt::sqrt(xt::mean(squares, {1}) + 1e-5);
      const xt::xtensor<double, 2> factor = as_matrix(gamma.value().reshape({1, n}));
      const xt::xtensor<double, 2> term = as_matrix(beta.value().reshape({1, n}));
      const xt::xtensor<double, 2> expected =
          centered * xt::view(rstd, xt::all(), xt::newaxis()) * factor + term;
      const xt::xtensor<double, 2> difference = xt::abs(as_matrix(y.value()) - expected);
      CHECK(xt::amax(difference)() < 2e-5);

      const Tensor g = sample({40, n});
      y.backward(g);
      const Variable x64(x.value().to(float64), true), gamma64(gamma.value().to(float64), true),
          beta64(beta.value().to(float64), true);
      const auto by_rule = grad({layer_norm(x64, gamma64, beta64)}, {x64, gamma64, beta64},
                                {.grad_outputs = {g.to(float64)}, .create_graph = true});
      const Tensor ours[] = {x.grad(), gamma.grad(), beta.grad()};
      for (std::size_t i = 0; i < 3; ++i) {
        CAPTURE(i);
        CHECK(max_abs_diff(ours[i].to(float64), by_rule[i].value()) <
              2e-5 * std::max(1.0, max_abs(by_rule[i].value())));
      }
    }
  }
}

TEST_CASE("layer_norm: constant rows are beta, and NaN stays in its row") {
  for (const std::int64_t n : {1, 4, 50, 256}) {
    const Tensor x = full({3, n}, 1e4 + 0.3, float32), beta = sample({n});
    CHECK(max_abs_diff(layer_norm(x).value(), zeros({3, n})) < 1e-3);
    CHECK(max_abs_diff(layer_norm(x, ones({n}), beta).value(), beta.expand({3, n}).contiguous()) < 1e-3);
    x.at({1, 0}) = std::nan("");
    const Tensor y = layer_norm(x).value();
    CHECK(std::isnan(y.at({1, n - 1})));
    CHECK_FALSE(std::isnan(y.at({0, 0})));
    CHECK_FALSE(std::isnan(y.at({2, 0})));
  }
  CHECK(layer_norm(zeros({3, 0})).shape() == Shape{3, 0});
}

TEST_CASE("layer_norm: float32 rows whose squares overflow") {
  for (const double m : {1e15, 1e19, 1e25, 1e30, 1e38}) {
    CAPTURE(m);
    for (const std::int64_t times : {1, 20}) {
      const Tensor row = zeros({3 * times});
      for (std::int64_t i = 0; i < times; ++i) row.slice(0, 3 * i, 3 * i + 3).copy_(tensor({m, -m, 2 * m}));
      const Tensor values = stack({row, row.clone().mul_(1 / m), row}).value();
      const Variable x(values, true), exact(values.to(float64), true);
      const Variable y = layer_norm(x), expected = layer_norm(exact);
      CHECK(y.value().at({0, 1}) == doctest::Approx(-1.3363062));
      CHECK(max_abs_diff(y.to(float64).value(), expected.value()) < 2e-6);
      const Tensor g = sample({3, 3 * times});
      y.backward(g);
      expected.backward(g.to(float64));
      for (std::int64_t r = 0; r < 3; ++r) {
        const Tensor ours = x.grad().select(0, r).to(float64), theirs = exact.grad().select(0, r);
        CHECK(max_abs_diff(ours, theirs) < 1e-5 * max_abs(theirs));
      }
    }
  }
}

TEST_CASE("layer_norm: the composed rule holds the mean's digits, as the fused one does") {
  const Variable x(sample({20, 64}, 1e4), true), exact(x.value().to(float64), true);
  const Tensor g = sample({20, 64});
  const Variable ours = grad({layer_norm(x)}, {x}, {.grad_outputs = {g}, .create_graph = true})[0];
  const Variable expected = grad({layer_norm(exact)}, {exact}, {.grad_outputs = {g.to(float64)}})[0];
  CHECK(max_abs_diff(ours.value().to(float64), expected.value()) < 2e-6);
}

TEST_CASE("layer_norm, rms_norm: float32 sums over a million rows keep their digits") {
  const std::int64_t rows = 1000000;
  Generator generator(6);
  const Tensor x = tensor({{-1.0, 1.0}}).expand({rows, 2}).contiguous();  // so x̂ = x
  const Tensor g = rand({rows, 2}, float32, generator);
  double sums[2] = {0, 0};
  const std::vector<double> terms = g.to_vector<double>();
  for (std::size_t i = 0; i < terms.size(); ++i) sums[i % 2] += terms[i];
  const Variable gamma(ones({2}), true), beta(zeros({2}), true), alone(ones({2}), true);
  layer_norm(x, gamma, beta, 0).backward(g);
  rms_norm(x, alone, 0).backward(g);
  for (std::int64_t i = 0; i < 2; ++i) {
    CHECK(beta.grad().at({i}) == doctest::Approx(sums[i]).epsilon(6e-8));
    for (const Variable& factor : {gamma, alone})
      CHECK(factor.grad().at({i}) == doctest::Approx(i == 0 ? -sums[0] : sums[1]).epsilon(6e-8));
  }
}

TEST_CASE("layer_norm: one node that keeps x, gamma and three numbers a row") {
  const Variable x(sample({4, 6}), true), gamma(ones({6}), true), beta(zeros({6}), true);
  const Variable y = layer_norm(x, gamma, beta);
  CHECK(std::string(y.node()->op()) == "layer_norm");
  CHECK(y.node()->inputs().size() == 3);
  CHECK(y.node()->saved_bytes() == (4 * 6 + 6 + 3 * 4) * sizeof(float));
  CHECK(layer_norm(x).node()->saved_bytes() == (4 * 6 + 3 * 4) * sizeof(float));
}

TEST_CASE("layer_norm: errors") {
  const Variable x = zeros({2, 3}), three = ones({3}), four = ones({4});
  CHECK_THROWS_TEXT(layer_norm(zeros({2}, int64)), "[layer_norm] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(layer_norm(tensor(1.0)), "[layer_norm] needs a dim to normalize over, x has shape ()");
  CHECK_THROWS_TEXT(
      layer_norm(x, four, three),
      "[layer_norm] gamma of shape (4,) does not fit the last dim of x, (2, 3); it must be (3,)");
  CHECK_THROWS_TEXT(layer_norm(x, three, four), "[layer_norm] beta of shape (4,) does not fit");
  CHECK_THROWS_TEXT(layer_norm(x, ones({3}, float64), three),
                    "[layer_norm] x is float32, gamma is float64; convert one with to()");
  CHECK_THROWS_TEXT(layer_norm(x, {}, {}, -1), "[layer_norm] eps must not be negative, got -1");
}

TEST_CASE("rms_norm: the fused rule is the composed one, whatever the number of rows") {
  for (const std::int64_t n : {1, 5, 16, 33, 64, 100, 1000}) {
    for (const std::int64_t count : {1, 3, 700}) {
      CAPTURE(n);
      CAPTURE(count);
      const Variable x(sample({count, n}, 0, 3).to(float64), true), gamma(sample({n}).to(float64), true);
      const Tensor g = sample({count, n}).to(float64);
      rms_norm(x, gamma, 1e-5).backward(g);
      const auto by_rule =
          grad({rms_norm(x, gamma, 1e-5)}, {x, gamma}, {.grad_outputs = {g}, .create_graph = true});
      CHECK(max_abs_diff(x.grad(), by_rule[0].value()) < 1e-12);
      CHECK(max_abs_diff(gamma.grad(), by_rule[1].value()) < 1e-11);
    }
  }
}

TEST_CASE("rms_norm: float32 rows whose squares overflow, and the default eps") {
  const Tensor x = tensor({{1e30, -1e30}, {3.0, 4.0}});
  const Tensor y = rms_norm(x).value();
  CHECK(max_abs_diff(y, tensor({{1.0, -1.0}, {0.84852814, 1.13137085}})) < 1e-6);
  const double tiny = 1e-4;  // its square is below float32's epsilon, 1.19e-7
  CHECK(rms_norm(tensor({tiny})).item<float>() ==
        doctest::Approx(tiny / std::sqrt(tiny * tiny + 1.1920929e-7)).epsilon(1e-6));
  CHECK(rms_norm(tensor({tiny}, float64)).item<double>() ==
        doctest::Approx(tiny / std::sqrt(tiny * tiny + 2.220446049250313e-16)).epsilon(1e-12));
}

TEST_CASE("rms_norm: errors") {
  const Variable x = zeros({2, 3});
  CHECK_THROWS_TEXT(rms_norm(x, zeros({2})),
                    "[rms_norm] gamma of shape (2,) does not fit the last dim of x, (2, 3); it must be (3,)");
  CHECK_THROWS_TEXT(rms_norm(x, zeros({3}, float64)), "[rms_norm] x is float32, gamma is float64");
  CHECK_THROWS_TEXT(rms_norm(zeros({})), "[rms_norm] needs a dim to normalize over, x has shape ()");
  CHECK_THROWS_TEXT(rms_norm(x, {}, -1), "[rms_norm] eps must not be negative, got -1");
  CHECK_THROWS_TEXT(rms_norm(zeros({2}, int64)), "[rms_norm] needs a floating dtype, not int64");
}
