// How exact elementwise functions are next to their zeros and far out, where extremes.cpp has few numbers.
#include "steps_between.hpp"
#include "support.hpp"

#include <cmath>
#include <vector>

#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("pointwise: sine and cosine in float32 keep their digits next to their zeros") {
  std::vector<float> numbers;
  for (int k = 1; k <= 5215; ++k) {  // up to 8192
    const auto zero = static_cast<float>(k * 1.57079632679489661923);
    float below = zero, above = zero;
    numbers.push_back(zero);
    for (int i = 0; i < 3; ++i) {
      numbers.push_back(below = std::nextafter(below, 0.0F));
      numbers.push_back(-(above = std::nextafter(above, 1e9F)));
    }
  }
  const Tensor x = tensor(numbers);
  const auto sines = sin(x).value().to_vector<float>(), cosines = cos(x).value().to_vector<float>();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double exact = numbers[i];
    CHECK_MESSAGE(steps_between(sines[i], static_cast<float>(std::sin(exact))) <= 2, "sin(", exact, ")");
    CHECK_MESSAGE(steps_between(cosines[i], static_cast<float>(std::cos(exact))) <= 2, "cos(", exact, ")");
  }
}

TEST_CASE("pointwise: erf in float64 is exact to two units in the last place") {
  for (int i = -7000; i <= 7000; ++i) {
    const double x = i / 1000.0, ours = erf(tensor(x, float64)).item<double>();
    CHECK(std::abs(ours - std::erf(x)) <= 2.3e-16 * std::abs(std::erf(x)));
  }
}

TEST_CASE("pointwise: gelu and its slope far out, where powers of x overflow") {
  for (const DType dtype : {float32, float64}) {
    for (const Gelu kind : {Gelu::exact, Gelu::tanh}) {
      for (const double size : {50.0, 1e7, 1e13, 2e19, 1e30, 3e38}) {
        CAPTURE(size);
        const Variable x(tensor({size, -size}, dtype), true);
        const Variable y = gelu(x, kind);
        CHECK(equal(y.value(), tensor({size, 0.0}, dtype)));
        for (const bool create_graph : {false, true}) {
          const Variable slope = grad(
              {y}, {x},
              {.grad_outputs = {ones({2}, dtype)}, .retain_graph = true, .create_graph = create_graph})[0];
          CHECK(equal(slope.value(), tensor({1, 0}, dtype)));
        }
      }
    }
  }
}

TEST_CASE("pointwise: gelu in float32 is within 1e-6 of the exact one, in the left tail too") {
  const Tensor x = arange(-10, 4, 0.001, float64);
  CHECK(max_abs_diff(gelu(x.to(float32)).value().to(float64), gelu(x.to(float32).to(float64)).value()) <
        1e-6);
}

TEST_CASE("pointwise: an element's result does not depend on where in the row it stands") {
  const Tensor x = randn({67});
  for (const auto& f : {exp, log, sqrt, tanh, erf, relu, log1p, sin, cos, abs, sigmoid, silu}) {
    const Tensor whole = f(x).value();
    for (std::int64_t i = 0; i < 67; ++i) {
      const Tensor alone = f(x.slice(0, i, i + 1)).value();
      const bool is_nan = std::isnan(alone.item<float>());
      CHECK((equal(alone, whole.slice(0, i, i + 1)) || is_nan));
    }
  }
}

TEST_CASE("pointwise: softplus in float32, with a beta that float32 does not hold") {
  struct Row {
    double beta, x, y, slope;
  };
  constexpr double everywhere = INFINITY;
  for (const Row row : {Row{1e60, 0, 0, 0.5},
                        {1e60, 2, 2, 1},
                        {1e60, -2, 0, 0},
                        {1e-60, 0, INFINITY, 0.5},
                        {-1e-60, 0, -INFINITY, 0.5},
                        {1e30, 1e30, 1e30, 1},
                        {1e30, -1e30, 0, 0}}) {
    CAPTURE(row.beta);
    CAPTURE(row.x);
    for (const double threshold : {20.0, 1e300, everywhere}) {
      for (const bool create_graph : {false, true}) {
        const Variable x(tensor(row.x, float32), true);
        const Variable y = softplus(x, row.beta, threshold);
        CHECK((y.item<float>() == row.y || std::abs(y.item<float>() - row.y) <= 1e-6 * row.y + 1e-38));
        CHECK(grad({y}, {x}, {.create_graph = create_graph})[0].item<float>() == row.slope);
      }
    }
  }
}
