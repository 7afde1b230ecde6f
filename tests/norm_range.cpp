// Vector norms of numbers whose squares or powers leave the range of their dtype, against closed forms:
// value, gradient and second derivative.
#include "scaled_sample.hpp"

#include <cmath>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
#include <xgrad/optim/clip.hpp>

using namespace xgrad;

namespace {

// With a = |x|/y and s_i = sign(x_i) a_i^(p−1): y = (Σ |x|^p)^(1/p), ∂y/∂x_i = s_i, and
// Σ_j v_j ∂s_j/∂x_i = (p − 1)/y (a_i^(p−2) v_i − s_i Σ_j s_j v_j).
struct Norm {
  double y = 0;
  std::vector<double> slope, second;
};
Norm norm_of_sample(double p) {
  Norm expected;
  for (const double x : sample) expected.y += std::pow(std::abs(x), p);
  expected.y = std::pow(expected.y, 1 / p);
  double along = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double share = std::abs(sample[i]) / expected.y;
    expected.slope.push_back(std::copysign(std::pow(share, p - 1), sample[i]));
    along += expected.slope[i] * direction[i];
  }
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double share = std::abs(sample[i]) / expected.y;
    expected.second.push_back((p - 1) / expected.y *
                              (std::pow(share, p - 2) * direction[i] - expected.slope[i] * along));
  }
  return expected;
}

}  // namespace

TEST_CASE("a p-norm, its gradient and its second derivative are exact at any scale") {
  for (const double p : {-2.0, -1.0, 0.5, 1.5, 2.0, 3.0, 7.0}) {
    const Norm expected = norm_of_sample(p);
    for (const Scale& at : scales) {
      CAPTURE(p);
      CAPTURE(at.scale);
      CAPTURE(at.dtype);
      const Tensor v = tensor(direction).to(at.dtype);
      const Variable x(scaled_sample(at), true);
      const Variable rows(scaled_sample(at).reshape({1, 4}), true);
      for (const Variable& y : {norm(x, p), norm(rows, p, {1})}) {
        check_scaled(y.value().reshape({1}), {expected.y}, at.scale, at.epsilon);
        const Variable& input = y.dim() == 0 ? x : rows;
        const Variable slope = grad({sum(y)}, {input}, {.create_graph = true})[0];
        check_scaled(slope.value(), expected.slope, 1, at.epsilon);
        const Variable along = sum(slope.reshape({4}) * v);
        check_scaled(grad({along}, {input})[0].value(), expected.second, 1 / at.scale, 10 * at.epsilon);
      }
    }
  }
}

TEST_CASE("a norm is exact where a square overflows or vanishes") {
  const Variable large(tensor({1e200, 1.0, 1.0}, float64), true);
  const Variable y = norm(large);
  CHECK(y.item<double>() == 1e200);
  CHECK(equal(grad({y}, {large})[0].value(), tensor({1.0, 1e-200, 1e-200}, float64)));
  CHECK(norm(tensor({3e-200, 4e-200}, float64)).item<double>() * 1e200 == doctest::Approx(5).epsilon(1e-15));
  CHECK(norm(tensor({1e200, 2e200}, float64), 3).item<double>() ==
        doctest::Approx(std::cbrt(9) * 1e200).epsilon(1e-15));
}

TEST_CASE("norms of zeros, infinities and NaN are zero, infinite and NaN, and no row changes another") {
  const Tensor x = tensor(
      {{1e200, 1.0}, {0.3, 0.7}, {0.0, 0.0}, {INFINITY, 1e200}, {NAN, 1e200}, {1e-200, 1e-200}}, float64);
  for (const double p : {2.0, 3.0}) {
    const Tensor y = norm(x, p, {1}).value();
    CHECK(y.at({0}) == 1e200);
    CHECK(y.at({1}) == norm(x.slice(0, 1, 2), p, {1}).value().at({0}));
    CHECK(y.at({2}) == 0);
    CHECK(y.at({3}) == INFINITY);
    CHECK(std::isnan(y.at({4})));
    CHECK(y.at({5}) / 1e-200 == doctest::Approx(std::pow(2, 1 / p)).epsilon(1e-15));
  }
  CHECK(norm(tensor({0.0, 1e-320}, float64), -1).item<double>() == 0);
  CHECK(norm(tensor({INFINITY, INFINITY}, float64), -1).item<double>() == INFINITY);
  CHECK(norm(zeros({0}, float64)).item<double>() == 0);
  CHECK(norm(zeros({0}, float64), 3).item<double>() == 0);
}

TEST_CASE("the gradient of a norm that is 0 is 0") {
  for (const double p : {-2.0, -1.0, 0.5, 2.0, 3.0}) {
    const Variable x(tensor({0.0, p < 0 ? 1e-300 : 0.0}, float64), true);
    norm(x, p).backward();
    CHECK(equal(x.grad(), zeros({2}, float64)));
  }
}

TEST_CASE("clip_grad_norm_ clips gradients of any scale by their joint norm") {
  for (const double scale : {1e200, 1e300, 1e-200}) {
    CAPTURE(scale);
    const Variable a(zeros({2}, float64), true), b(zeros({1}, float64), true),
        none(zeros({1}, float64), true);
    sum(a * tensor({1 * scale, 2 * scale}, float64)).backward();
    sum(b * (2 * scale)).backward();
    sum(none * 0).backward();
    const double before = optim::clip_grad_norm_({none, a, b}, 6);
    CHECK(before / scale == doctest::Approx(3).epsilon(1e-15));
    if (scale < 1) continue;
    check_scaled(a.grad(), {2, 4}, 1, 1e-14);
    check_scaled(b.grad(), {4}, 1, 1e-14);
  }
}
