// layer_norm and rms_norm of numbers whose squares leave the range of their dtype: value, gradient and second
// derivative.
#include "scaled_sample.hpp"

#include <cmath>
#include <string>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/reduce.hpp>

using namespace xgrad;

namespace {

struct Normalization {
  const char* name;
  Variable (*f)(const Variable& x, double eps);
};
const Normalization normalizations[] = {
    {"layer_norm", [](const Variable& x, double eps) { return layer_norm(x, {}, {}, eps); }},
    {"rms_norm", [](const Variable& x, double eps) { return rms_norm(x, {}, eps); }},
};

// y; the gradient of Σ u y, from the kernel and from the recorded rule; and the gradient of Σ v dx.
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

TEST_CASE("a row is normalized the same at any scale") {
  for (const Normalization& norm : normalizations) {
    const Derivatives expected = derivatives(norm, tensor(sample), 0);
    for (const Scale& at : scales) {
      for (const double eps : {0.0, 1e-5}) {
        if (eps > 0 && at.scale <= 1) continue;  // there eps changes the result
        CAPTURE(norm.name);
        CAPTURE(at.scale);
        CAPTURE(at.dtype);
        CAPTURE(eps);
        const Derivatives ours = derivatives(norm, scaled_sample(at), eps);
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

TEST_CASE("a row that is tiny beside eps is divided by the root of eps") {
  struct Row {
    DType dtype;
    double scale, eps;
  };
  // In the last row of each dtype, eps leaves the range of safe squares, too.
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
