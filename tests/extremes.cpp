// Elementwise functions and their slopes over the whole range of both dtypes, against mpmath
// (golden/make_extremes.py), in units in the last place: 0, ±∞, NaN, the largest and the smallest numbers,
// magnitudes in between, tails. docs/numerics.md quotes the output of
//
//     xgrad_tests --no-skip --test-case='extremes: the table*'
#include "steps_between.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <iostream>

#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/rounding.hpp>
#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

using V = Variable;

struct Row {
  const char* name;
  std::function<Variable(const Variable&)> f;
  struct {
    std::int64_t y, slope;
    double absolute = 0;  // a smaller difference counts as exact
  } float32, float64;     // allowed numbers of representable values between ours and the exact one, rounded
};

constexpr double infinity = INFINITY;

const Row table[] = {
    {"exp", [](const V& x) { return exp(x); }, {2, 2}, {2, 2}},
    {"log", [](const V& x) { return log(x); }, {1, 1}, {1, 1}},
    {"log1p", [](const V& x) { return log1p(x); }, {2, 2}, {2, 2}},
    {"sqrt", [](const V& x) { return sqrt(x); }, {0, 1}, {0, 1}},
    {"rsqrt", [](const V& x) { return rsqrt(x); }, {1, 4}, {1, 4}},
    {"sin", [](const V& x) { return sin(x); }, {2, 2}, {2, 2}},
    {"cos", [](const V& x) { return cos(x); }, {2, 2}, {2, 2}},
    {"tanh", [](const V& x) { return tanh(x); }, {2, 5}, {2, 4}},
    {"erf", [](const V& x) { return erf(x); }, {2, 50}, {2, 400}},
    {"erfc", [](const V& x) { return erfc(x); }, {2, 50}, {2, 400}},
    {"exp2", [](const V& x) { return exp2(x); }, {2, 2}, {2, 2}},
    {"expm1", [](const V& x) { return expm1(x); }, {2, 2}, {2, 2}},
    {"log2", [](const V& x) { return log2(x); }, {2, 2}, {2, 2}},
    {"log10", [](const V& x) { return log10(x); }, {2, 2}, {2, 2}},
    {"tan", [](const V& x) { return tan(x); }, {2, 2}, {2, 2}},
    {"asin", [](const V& x) { return asin(x); }, {2, 2}, {2, 2}},
    {"acos", [](const V& x) { return acos(x); }, {2, 2}, {2, 2}},
    {"atan", [](const V& x) { return atan(x); }, {2, 2, 1.2e-38}, {2, 2, 2.3e-308}},
    {"sinh", [](const V& x) { return sinh(x); }, {2, 2}, {2, 2}},
    {"cosh", [](const V& x) { return cosh(x); }, {2, 2}, {2, 2}},
    {"asinh", [](const V& x) { return asinh(x); }, {2, 2}, {2, 2}},
    {"acosh", [](const V& x) { return acosh(x); }, {2, 2}, {2, 2}},
    {"atanh", [](const V& x) { return atanh(x); }, {2, 2, 1.2e-38}, {2, 2, 2.3e-308}},
    {"floor", [](const V& x) { return floor(x); }, {0, 0}, {0, 0}},
    {"ceil", [](const V& x) { return ceil(x); }, {0, 0}, {0, 0}},
    {"round", [](const V& x) { return round(x); }, {0, 0}, {0, 0}},
    {"trunc", [](const V& x) { return trunc(x); }, {0, 0}, {0, 0}},
    {"relu", [](const V& x) { return relu(x); }, {0, 0}, {0, 0}},
    {"abs", [](const V& x) { return abs(x); }, {0, 0}, {0, 0}},
    {"sigmoid", [](const V& x) { return sigmoid(x); }, {3, 5}, {2, 5}},
    {"silu", [](const V& x) { return silu(x); }, {4, 8, 1e-43}, {4, 6, 4e-321}},
    {"softplus", [](const V& x) { return softplus(x); }, {3, 3}, {2, 2}},
    {"softplus_everywhere", [](const V& x) { return softplus(x, 1, infinity); }, {3, 3}, {2, 2}},
    {"gelu", [](const V& x) { return gelu(x); }, {4, 4, 1e-6}, {1300, 1300, 2.3e-308}},
    {"gelu_tanh", [](const V& x) { return gelu(x, Gelu::tanh); }, {200, 200}, {1000, 1000}},
    {"clamp", [](const V& x) { return clamp(x, -1, 1); }, {0, 0}, {0, 0}},
    {"maximum", [](const V& x) { return maximum(x, full({}, 1, x.dtype())); }, {0, 0}, {0, 0}},
    {"minimum", [](const V& x) { return minimum(full({}, 1, x.dtype()), x); }, {0, 0}, {0, 0}},
    {"neg", [](const V& x) { return neg(x); }, {0, 0}, {0, 0}},
    {"add", [](const V& x) { return x + 1; }, {0, 0}, {0, 0}},
    {"sub", [](const V& x) { return 1 - x; }, {0, 0}, {0, 0}},
    {"mul", [](const V& x) { return x * 3; }, {0, 0}, {0, 0}},
    {"square", [](const V& x) { return x * x; }, {0, 0}, {0, 0}},
    {"div", [](const V& x) { return x / 3; }, {0, 0}, {0, 0}},
    {"one_over", [](const V& x) { return 1 / x; }, {0, 2}, {0, 2}},
    {"pow_0", [](const V& x) { return pow(x, 0); }, {0, 0}, {0, 0}},
    {"pow_2", [](const V& x) { return pow(x, 2); }, {0, 0}, {0, 0}},
    {"pow_3", [](const V& x) { return pow(x, 3); }, {1, 1}, {1, 1}},
    {"pow_0.5", [](const V& x) { return pow(x, 0.5); }, {1, 1}, {1, 1}},
    {"pow_-1", [](const V& x) { return pow(x, -1); }, {1, 1}, {1, 1}},
    {"3_pow", [](const V& x) { return pow(full({}, 3, x.dtype()), x); }, {1, 1}, {1, 2}},
};

// Values that differ from mpmath's on purpose.
struct Choice {
  const char* name;
  double x;
  double y, slope;
};
const Choice choices[] = {
    {"relu", NAN, NAN, 1},  // as in PyTorch: a NaN is not below, not above and not equal
    {"exp2", 128.37681159420291, INFINITY, INFINITY},  // a slope of an infinite result is infinite
    {"floor", NAN, NAN, 0},
    {"ceil", NAN, NAN, 0},
    {"round", NAN, NAN, 0},
    {"trunc", NAN, NAN, 0},
    {"abs", NAN, NAN, 0},
    {"clamp", NAN, NAN, 0},
    {"maximum", NAN, NAN, 1},
    {"minimum", NAN, NAN, 1},
    {"pow_0", NAN, 1, 0},  // as in C
};

struct Worst {
  std::int64_t steps = 0;
  double x = 0, ours = 0, exact = 0;
};

template <class T>
Worst worst_of(const std::vector<T>& x, const std::vector<T>& ours, const std::vector<T>& exact,
               double absolute) {
  Worst worst;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool is_near = std::abs(static_cast<double>(ours[i]) - static_cast<double>(exact[i])) <= absolute;
    const std::int64_t steps = is_near ? 0 : steps_between(ours[i], exact[i]);
    if (steps > worst.steps)
      worst = {steps, static_cast<double>(x[i]), static_cast<double>(ours[i]), static_cast<double>(exact[i])};
  }
  return worst;
}

struct Measured {
  Worst y, slope;
};

// The worst of one row in one dtype. The slopes come from the kernel and from the recorded rule.
template <class T>
Measured measure(const Row& row) {
  const std::string prefix = std::string(row.name) + "/" + std::string(name(dtype_of<T>()));
  const auto x = golden_values<T>("extremes", std::string(name(dtype_of<T>())) + "/x");
  auto exact_y = golden_values<T>("extremes", prefix + "/y");
  auto exact_slope = golden_values<T>("extremes", prefix + "/slope");
  for (const Choice& choice : choices) {
    if (std::string_view(choice.name) != row.name) continue;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (steps_between(x[i], static_cast<T>(choice.x)) != 0) continue;
      exact_y[i] = static_cast<T>(choice.y);
      exact_slope[i] = static_cast<T>(choice.slope);
    }
  }
  const Variable leaf(tensor(x), true);
  const Variable y = row.f(leaf);
  const double absolute = sizeof(T) == 4 ? row.float32.absolute : row.float64.absolute;
  Measured measured{worst_of(x, y.value().template to_vector<T>(), exact_y, absolute), {}};
  for (const bool create_graph : {true, false}) {
    const Tensor slope =
        grad({y}, {leaf}, {.grad_outputs = {ones_like(y.value())}, .create_graph = create_graph})[0].value();
    const Worst worst = worst_of(x, slope.template to_vector<T>(), exact_slope, absolute);
    if (worst.steps > measured.slope.steps) measured.slope = worst;
  }
  return measured;
}

void check(const std::string& name, const std::string& what, const Worst& worst, std::int64_t allowed) {
  CHECK_MESSAGE(worst.steps <= allowed, name, what, " at ", worst.x, " is ", worst.ours, ", not ",
                worst.exact, ": ", worst.steps, " steps off, allowed ", allowed);
}

}  // namespace

TEST_CASE("elementwise values and slopes are right over the whole range") {
  for (const Row& row : table) {
    const Measured in_float32 = measure<float>(row), in_float64 = measure<double>(row);
    check(row.name, " in float32", in_float32.y, row.float32.y);
    check(row.name, "'s slope in float32", in_float32.slope, row.float32.slope);
    check(row.name, " in float64", in_float64.y, row.float64.y);
    check(row.name, "'s slope in float64", in_float64.slope, row.float64.slope);
  }
}

// The worst value in float32, for each 61st bit pattern, against float64.
Worst worst_of_all(const Row& row) {
  constexpr std::int64_t stride = 61, count = (std::int64_t{1} << 32) / stride, chunk = 1 << 20;
  Worst worst;
  for (std::int64_t begin = 0; begin < count; begin += chunk) {
    std::vector<float> x(static_cast<std::size_t>(std::min(chunk, count - begin)));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto bits = static_cast<std::uint32_t>((begin + static_cast<std::int64_t>(i)) * stride);
      std::memcpy(&x[i], &bits, sizeof bits);
      if (std::isnan(x[i])) x[i] = NAN;  // the quiet NaN
    }
    const auto exact = row.f(tensor(x).to(float64)).value().to(float32).to_vector<float>();
    const Worst here = worst_of(x, row.f(tensor(x)).value().to_vector<float>(), exact, row.float32.absolute);
    if (here.steps > worst.steps) worst = here;
  }
  return worst;
}

TEST_CASE("extremes: the table of docs/numerics.md" * doctest::skip()) {
  std::cout << "| op | float32 | its slope | float64 | its slope |\n|---|---|---|---|---|\n";
  for (const Row& row : table) {
    const Measured in_float32 = measure<float>(row), in_float64 = measure<double>(row);
    const std::int64_t of_all = std::max(in_float32.y.steps, worst_of_all(row).steps);
    std::cout << "| `" << row.name << "` | " << of_all << " | " << in_float32.slope.steps << " | "
              << in_float64.y.steps << " | " << in_float64.slope.steps << " |" << std::endl;
  }
}
