// Variances and standard deviations of numbers that are large, small, far from 0 or equal, against closed
// forms.
#include "scaled_sample.hpp"

#include <cmath>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/ops/vector_norm.hpp>

using namespace xgrad;

TEST_CASE("a standard deviation, its gradient and its second derivative are exact at any scale") {
  const auto n = static_cast<double>(sample.size());
  double mean = 0, squares = 0, along = 0;
  for (const double x : sample) mean += x / n;
  for (const double x : sample) squares += (x - mean) * (x - mean);
  const double sigma = std::sqrt(squares / (n - 1));
  // ∂σ/∂x_i = d_i / (σ (n − 1)), and the derivative of these along v is
  // ((v_i − mean v) − d_i Σ d v / (σ² (n − 1))) / (σ (n − 1))
  double mean_v = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    mean_v += direction[i] / n;
    along += (sample[i] - mean) * direction[i];
  }
  std::vector<double> slope, second;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double d = sample[i] - mean;
    slope.push_back(d / sigma / (n - 1));
    second.push_back((direction[i] - mean_v - d * along / (sigma * sigma * (n - 1))) / sigma / (n - 1));
  }
  for (const Scale& at : scales) {
    CAPTURE(at.scale);
    CAPTURE(at.dtype);
    const Variable x(scaled_sample(at), true);
    const Variable y = xgrad::std(x, {0});
    check_scaled(y.value().reshape({1}), {sigma}, at.scale, at.epsilon);
    const Variable dx = grad({y}, {x}, {.create_graph = true})[0];
    check_scaled(dx.value(), slope, 1, at.epsilon);
    const Variable inner = sum(dx * tensor(direction).to(at.dtype));
    check_scaled(grad({inner}, {x})[0].value(), second, 1 / at.scale, 10 * at.epsilon);
  }
}

TEST_CASE("the variance of float64 numbers far from 0 keeps its digits") {
  constexpr std::int64_t n = 4096;
  const Tensor x = add(arange(n).to(float64), 8e9).value().reshape({64, 64});
  const double exact = static_cast<double>(n * n - 1) / 12;  // of 0, ..., n − 1, divided by n
  CHECK(var(x, {}, 0).item<double>() == doctest::Approx(exact).epsilon(1e-14));
  const Tensor near = mul(sin(arange(n).to(float64)), 0.5).value(), far = add(near, 1e10).value();
  const Tensor held = sub(far, 1e10).value();  // near, with the digits that far can hold
  CHECK(var(far, {}).item<double>() == doctest::Approx(var(held, {}).item<double>()).epsilon(1e-13));
  CHECK(max_abs_diff(var(far.reshape({64, 64}), 0).value(), var(held.reshape({64, 64}), 0).value()) < 1e-13);
}

TEST_CASE("the variance of equal numbers is not negative") {
  manual_seed(0);
  const Tensor numbers = rand({300});
  for (std::int64_t i = 0; i < 300; ++i) {
    for (const std::int64_t n : {100, 1530}) {
      const Variable x(full({2, n}, double{numbers.at({i})}), true);
      for (const Dims& dims : {Dims(), Dims(0), Dims(1)}) {
        CHECK(amin(var(x, dims)).item<double>() >= 0);
        CHECK(amax(var(x, dims)).item<double>() <= 1e-20);
        x.zero_grad();
        sum(xgrad::std(x, dims)).backward();
        CHECK(std::isfinite(max_abs(x.grad())));
      }
    }
  }
}
