// Norms, deviations and normalizations of numbers whose squares or powers leave their dtype's range, against
// closed forms: value, slope and second derivative.
#include "support.hpp"

#include <cmath>
#include <string>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/norm.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/optim/clip.hpp>

using namespace xgrad;

namespace {

const std::vector<double> sample = {-1.5, 0.25, 2, 0.5};
const std::vector<double> direction = {1, -2, 0.5, 3};

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

struct Case {
  DType dtype;
  double scale, epsilon;
};
const std::vector<Case> cases = {{float64, 1, 1e-13},      {float64, 1e200, 1e-13},  {float64, 1e300, 1e-13},
                                 {float64, 1e-200, 1e-13}, {float64, 1e-300, 1e-13}, {float32, 1, 3e-6},
                                 {float32, 1e30, 3e-6},    {float32, 1e-30, 3e-6}};

Tensor scaled(const Case& at) { return tensor(sample).mul_(at.scale).to(at.dtype); }

// x = scale · y, within epsilon of each
void check_scaled(const Tensor& x, const std::vector<double>& y, double scale, double epsilon) {
  const std::vector<double> values = x.to_vector<double>();
  REQUIRE(values.size() == y.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    CHECK(values[i] / scale == doctest::Approx(y[i]).epsilon(epsilon));
}

}  // namespace

TEST_CASE("norm_range: p-norms, their slopes and second derivatives") {
  for (const double p : {-2.0, -1.0, 0.5, 1.5, 2.0, 3.0, 7.0}) {
    const Norm expected = norm_of_sample(p);
    for (const Case& at : cases) {
      CAPTURE(p);
      CAPTURE(at.scale);
      CAPTURE(at.dtype);
      const Tensor v = tensor(direction).to(at.dtype);
      const Variable x(scaled(at), true);
      const Variable rows(scaled(at).reshape({1, 4}), true);
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

TEST_CASE("norm_range: a square that overflows or vanishes") {
  const Variable large(tensor({1e200, 1.0, 1.0}, float64), true);
  const Variable y = norm(large);
  CHECK(y.item<double>() == 1e200);
  CHECK(equal(grad({y}, {large})[0].value(), tensor({1.0, 1e-200, 1e-200}, float64)));
  CHECK(norm(tensor({3e-200, 4e-200}, float64)).item<double>() * 1e200 == doctest::Approx(5).epsilon(1e-15));
  CHECK(norm(tensor({1e200, 2e200}, float64), 3).item<double>() ==
        doctest::Approx(std::cbrt(9) * 1e200).epsilon(1e-15));
}

TEST_CASE("norm_range: zeros, infinities and NaN stay what they are, and no row changes another") {
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

TEST_CASE("norm_range: the variance of float64 numbers far from 0 keeps their digits") {
  constexpr std::int64_t n = 4096;
  const Tensor x = add(arange(n).to(float64), 8e9).value().reshape({64, 64});
  const double exact = static_cast<double>(n * n - 1) / 12;  // of 0, ..., n − 1, divided by n
  CHECK(var(x, {}, 0).item<double>() == doctest::Approx(exact).epsilon(1e-14));
  const Tensor near = mul(sin(arange(n).to(float64)), 0.5).value(), far = add(near, 1e10).value();
  const Tensor held = sub(far, 1e10).value();  // what far holds of near
  CHECK(var(far, {}).item<double>() == doctest::Approx(var(held, {}).item<double>()).epsilon(1e-13));
  CHECK(max_abs_diff(var(far.reshape({64, 64}), 0).value(), var(held.reshape({64, 64}), 0).value()) < 1e-13);
}

TEST_CASE("norm_range: where a norm is 0, so is its gradient") {
  for (const double p : {-2.0, -1.0, 0.5, 2.0, 3.0}) {
    const Variable x(tensor({0.0, p < 0 ? 1e-300 : 0.0}, float64), true);
    norm(x, p).backward();
    CHECK(equal(x.grad(), zeros({2}, float64)));
  }
}

TEST_CASE("norm_range: the variance of equal numbers is not negative") {
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

TEST_CASE("norm_range: standard deviations, their slopes and second derivatives") {
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
  for (const Case& at : cases) {
    CAPTURE(at.scale);
    CAPTURE(at.dtype);
    const Variable x(scaled(at), true);
    const Variable y = xgrad::std(x, {0});
    check_scaled(y.value().reshape({1}), {sigma}, at.scale, at.epsilon);
    const Variable dx = grad({y}, {x}, {.create_graph = true})[0];
    check_scaled(dx.value(), slope, 1, at.epsilon);
    const Variable inner = sum(dx * tensor(direction).to(at.dtype));
    check_scaled(grad({inner}, {x})[0].value(), second, 1 / at.scale, 10 * at.epsilon);
  }
}

TEST_CASE("norm_range: gradients of any size are clipped by their joint norm") {
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

namespace {

struct Normalization {
  const char* name;
  Variable (*f)(const Variable& x, double eps);
};
const Normalization normalizations[] = {
    {"layer_norm", [](const Variable& x, double eps) { return layer_norm(x, {}, {}, eps); }},
    {"rms_norm", [](const Variable& x, double eps) { return rms_norm(x, {}, eps); }},
};

// Σ u y, its slope, and the slope of Σ v dx: from the fused rule where not create_graph.
struct Derivatives {
  Tensor y, fused, recorded, second;
};
Derivatives derivatives(const Normalization& norm, const Tensor& values, double eps) {
  const Tensor u = tensor({0.5, -1.0, 2.0, 1.5}, values.dtype()), v = tensor(direction).to(values.dtype());
  const Variable x(values, true);
  const Variable y = norm.f(x, eps), loss = sum(y * u);
  const Tensor fused = grad({loss}, {x}, {.retain_graph = true})[0].value();
  const Variable recorded = grad({loss}, {x}, {.create_graph = true})[0];
  return {y.value(), fused, recorded.value(), grad({sum(recorded * v)}, {x})[0].value()};
}

}  // namespace

TEST_CASE("norm_range: normalized rows of any size are those of size 1") {
  for (const Normalization& norm : normalizations) {
    const Derivatives expected = derivatives(norm, tensor(sample), 0);
    for (const Case& at : cases) {
      for (const double eps : {0.0, 1e-5}) {
        if (eps > 0 && at.scale <= 1) continue;  // there it counts
        CAPTURE(norm.name);
        CAPTURE(at.scale);
        CAPTURE(at.dtype);
        CAPTURE(eps);
        const Derivatives ours = derivatives(norm, scaled(at), eps);
        check_scaled(ours.y, expected.y.to_vector<double>(), 1, at.epsilon);
        check_scaled(ours.fused, expected.fused.to_vector<double>(), 1 / at.scale, at.epsilon);
        check_scaled(ours.recorded, expected.recorded.to_vector<double>(), 1 / at.scale, at.epsilon);
        if (at.scale != 1 && std::abs(std::log10(at.scale)) > (at.dtype == float64 ? 150 : 18)) continue;
        check_scaled(ours.second, expected.second.to_vector<double>(), 1 / at.scale / at.scale,
                     10 * at.epsilon);
      }
    }
  }
}

TEST_CASE("norm_range: rows that vanish beside eps are divided by its root") {
  struct Row {
    DType dtype;
    double scale, eps;
  };
  // the last of each: eps leaves the range of safe squares too
  for (const Row row : {Row{float64, 1e-200, 1e-5}, Row{float64, 1e-160, 1e-300}, Row{float32, 1e-30, 1e-5},
                        Row{float32, 1e-20, 1e-26}}) {
    CAPTURE(row.scale);
    CAPTURE(row.dtype);
    const std::vector<double> u = {0.5, -1, 2, 1.5};
    double mean_x = 0, mean_u = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      mean_x += sample[i] / 4;
      mean_u += u[i] / 4;
    }
    const Tensor x = tensor(sample).mul_(row.scale).to(row.dtype);
    for (const Normalization& norm : normalizations) {
      const bool centers = std::string(norm.name) == "layer_norm";
      std::vector<double> y = sample, dx = u;
      for (std::size_t i = 0; i < 4 && centers; ++i) {
        y[i] -= mean_x;
        dx[i] -= mean_u;
      }
      const Derivatives ours = derivatives(norm, x, row.eps);
      check_scaled(ours.y, y, row.scale / std::sqrt(row.eps), 2e-6);
      check_scaled(ours.fused, dx, 1 / std::sqrt(row.eps), 2e-6);
      check_scaled(ours.recorded, dx, 1 / std::sqrt(row.eps), 2e-6);
    }
  }
}
