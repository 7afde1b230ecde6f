// Activations and their derivatives where they are small, at infinity, and next to 0: relative errors against
// mpmath (golden/make_activation_tails.py), of the fused kernels and of the recorded rules.
#include "support.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), anything = 1e300;

struct Activation {
  const char* name;
  Variable (*f)(const Variable&);
  struct {
    double float32[3], float64[3];
  } allowed;  // relative errors of f, f' and f'', in units of 2^-24 and 2^-53
};

const Activation activations[] = {
    {"sigmoid", sigmoid, {{3, 6, 7}, {3, 6, 7}}},
    {"tanh", tanh, {{2, 6, 7}, {2, 6, 7}}},
    {"softplus", [](const Variable& x) { return softplus(x, 1, infinity); }, {{3, 3, 6}, {3, 3, 6}}},
    {"silu", silu, {{4, 11, 11}, {4, 11, 11}}},
    // in float32 its left tail has fewer digits: tests/pointwise_accuracy.cpp
    {"gelu", [](const Variable& x) { return gelu(x); }, {{anything, anything, 4}, {1500, 7, 8}}},
    // whose exponent is rounded
    {"gelu_tanh",
     [](const Variable& x) { return gelu(x, Gelu::tanh); },
     {{130, 180, 180}, {1100, 1100, 1100}}},
};

// f, f' and f'' at x; f' by the recorded rule, or without f'' by the fused kernel.
std::vector<Tensor> derivatives(Variable (*f)(const Variable&), const Tensor& at, bool recorded) {
  const Variable x(at, true), y = f(x);
  const Tensor g = full(at.shape(), 1, at.dtype());
  const Variable slope =
      grad({y}, {x}, {.grad_outputs = {g}, .retain_graph = true, .create_graph = recorded})[0];
  if (!recorded) return {y.value(), slope.value()};
  return {y.value(), slope.value(), grad({slope}, {x}, {.grad_outputs = {g}})[0].value()};
}

}  // namespace

TEST_CASE("activations: values and slopes keep their digits in the tails and next to 0") {
  const Tensor& x = golden("activation_tails", "x");
  const auto numbers = x.to_vector<double>();
  for (const Activation& activation : activations) {
    for (const DType dtype : {float32, float64}) {
      const auto& allowed = dtype == float32 ? activation.allowed.float32 : activation.allowed.float64;
      const double epsilon = dtype == float32 ? 0x1p-24 : 0x1p-53;
      const double smallest = dtype == float32 ? 0x1p-149 : 0x1p-1074;
      for (const bool recorded : {false, true}) {
        const std::vector<Tensor> ours = derivatives(activation.f, x.to(dtype), recorded);
        for (std::size_t order = 0; order < ours.size(); ++order) {
          const std::string key = std::string(activation.name) + "/" + std::to_string(order);
          const auto expected = golden_values<double>("activation_tails", key);
          const auto y = ours[order].to(float64).to_vector<double>();
          for (std::size_t i = 0; i < y.size(); ++i) {
            // x times a subnormal number
            const double bound = allowed[order] * epsilon * std::abs(expected[i]) + 200 * smallest;
            CHECK_MESSAGE(std::abs(y[i] - expected[i]) <= bound, key, " of ", std::string(name(dtype)), " ",
                          numbers[i], " is ", y[i], ", not ", expected[i], ", recorded: ", recorded);
          }
        }
      }
    }
  }
}

TEST_CASE("activations: at infinity they have their limits, and a NaN stays one") {
  struct Row {
    const char* name;
    Variable (*f)(const Variable&);
    double limits[2][3];  // of f, f' and f'' at −∞ and at ∞
  };
  for (const Row& row :
       {Row{"sigmoid", sigmoid, {{0, 0, 0}, {1, 0, 0}}},
        {"tanh", tanh, {{-1, 0, 0}, {1, 0, 0}}},
        {"erf", erf, {{-1, 0, 0}, {1, 0, 0}}},
        {"softplus", [](const Variable& x) { return softplus(x); }, {{0, 0, 0}, {infinity, 1, 0}}},
        {"silu", silu, {{0, 0, 0}, {infinity, 1, 0}}},
        {"gelu", [](const Variable& x) { return gelu(x); }, {{0, 0, 0}, {infinity, 1, 0}}},
        {"gelu_tanh",
         [](const Variable& x) { return gelu(x, Gelu::tanh); },
         {{0, 0, 0}, {infinity, 1, 0}}}}) {
    INFO(std::string(row.name));
    for (const DType dtype : {float32, float64}) {
      for (const bool recorded : {false, true}) {
        const auto ours = derivatives(row.f, tensor({-infinity, infinity, std::nan("")}, dtype), recorded);
        for (std::size_t order = 0; order < ours.size(); ++order) {
          CAPTURE(order);
          const auto y = ours[order].to(float64).to_vector<double>();
          CHECK(y[0] == row.limits[0][order]);
          CHECK(y[1] == row.limits[1][order]);
          CHECK((std::isnan(y[2]) || order > 0));
        }
      }
    }
  }
}
