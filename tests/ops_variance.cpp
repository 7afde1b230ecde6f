// var and std where one sum of squares would not do: numbers far from 0, very large and very small ones.
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("variance: numbers far from 0 keep their digits") {
  const Tensor x = arange(1000, float32);
  const double expected = 1000.0 * 1001 / 12;
  for (float offset : {0.F, 1e6F}) {
    const Tensor moved = Variable(x.clone().add_(offset)).value();
    CHECK(var(moved, {0}).item<float>() == doctest::Approx(expected).epsilon(1e-6));
  }
  CHECK(std::isnan(var(zeros({1}), {0}).item<float>()));
  CHECK(std::isnan(var(ones({2}), {0}, 3).item<float>()));
  CHECK(var(arange(2, float32), {0}, 3).item<float>() == INFINITY);
  CHECK(var(arange(3, float64), {0}, INT64_MIN).item<double>() == doctest::Approx(2 / 9223372036854775808.0));
  CHECK(xgrad::std(arange(3, float64), {0}, INT64_MAX).item<double>() == INFINITY);
}

TEST_CASE("variance: many numbers, along rows and columns, contiguous and sliced") {
  // m numbers, `step` apart: step² m (m + 1) / 12
  const auto expected = [](double m, double step) { return step * step * m * (m + 1) / 12; };
  const std::int64_t n = 600000, rows = n / 60;
  for (const double offset : {0.0, 1e9}) {
    const Tensor x = arange(n, float64).add_(offset), table = x.reshape({rows, 60});
    CHECK(var(x, {0}).item<double>() == doctest::Approx(expected(n, 1)).epsilon(1e-13));
    CHECK(var(table, {0, 1}).item<double>() == doctest::Approx(expected(n, 1)).epsilon(1e-13));
    CHECK(var(x.slice(0, 0, to_end, 2), {0}).item<double>() ==
          doctest::Approx(expected(n / 2, 2)).epsilon(1e-13));
    for (const Tensor& columns : {table, table.slice(1, 0, to_end, 7)}) {
      const Tensor along = var(columns, {0}).value(), across = xgrad::std(columns, {1}).value();
      const double steps = columns.size(1) == 60 ? 1 : 7;
      const double across_expected = std::sqrt(expected(static_cast<double>(columns.size(1)), steps));
      for (std::int64_t i = 0; i < columns.size(1); ++i)
        CHECK(along.at({i}) == doctest::Approx(expected(rows, 60)).epsilon(1e-13));
      CHECK(across.at({0}) == doctest::Approx(across_expected).epsilon(1e-13));
      CHECK(across.at({rows - 1}) == doctest::Approx(across_expected).epsilon(1e-13));
    }
  }
  const Tensor table = tensor({{1.0, NAN, 2.0}, {1.0, 2.0, INFINITY}, {1.0, 2.0, 4.0}});
  for (const Tensor& variances : {var(table, {1}).value(), var(table.mT().contiguous(), {0}).value()}) {
    CHECK(std::isnan(variances.at({0})));
    CHECK(std::isnan(variances.at({1})));
    CHECK(variances.at({2}) == doctest::Approx(7.0 / 3));
  }
}

TEST_CASE(
    "variance: float32 deviations and their slopes are right where their squares overflow or underflow") {
  const std::vector<double> sample = {-1.5, 0.25, 2, 0.5, -0.75, 3};
  const auto n = static_cast<double>(sample.size());
  double mean = 0, squares = 0;
  for (const double v : sample) mean += v / n;
  for (const double v : sample) squares += (v - mean) * (v - mean);
  const double sigma = std::sqrt(squares / (n - 1));
  for (const double scale : {1e-37, 1e-30, 1e-22, 1e-19, 1.0, 1e19, 1e20, 1e30, 1e37}) {
    CAPTURE(scale);
    const Variable x(tensor(sample).to(float64).mul_(scale).to(float32), true);
    for (const bool create_graph : {false, true}) {
      const Variable y = xgrad::std(x, {0});
      CHECK(y.item<float>() == doctest::Approx(sigma * scale).epsilon(1e-6));
      const auto slope = grad({y}, {x}, {.create_graph = create_graph})[0].value().to_vector<float>();
      for (std::size_t i = 0; i < sample.size(); ++i) {
        CHECK(slope[i] == doctest::Approx((sample[i] - mean) / sigma / (n - 1)).epsilon(1e-5));
      }
    }
  }
}
