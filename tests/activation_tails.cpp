// Second derivatives of activations where they are small, at infinity, and next to 0: relative errors against
// mpmath (golden/make_activation_tails.py). extremes.cpp has the values and the first derivatives.
#include "support.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

struct Activation {
  const char* name;
  Variable (*f)(const Variable&);
  struct {
    double float32, float64;
  } allowed;  // relative errors of f'', in units of 2^-24 and 2^-53
};

const Activation activations[] = {
    {"sigmoid", sigmoid, {7, 7}},
    {"tanh", tanh, {7, 7}},
    {"softplus", [](const Variable& x) { return softplus(x, 1, INFINITY); }, {6, 6}},
    {"silu", silu, {11, 11}},
    {"gelu", [](const Variable& x) { return gelu(x); }, {4, 8}},
    {"gelu_tanh",
     [](const Variable& x) { return gelu(x, Gelu::tanh); },
     {180, 1100}},  // its exponent is rounded
};

std::vector<double> second_derivative(Variable (*f)(const Variable&), const Tensor& at) {
  const Variable x(at, true);
  const Variable g = full(at.shape(), 1, at.dtype());
  const Variable slope = grad({f(x)}, {x}, {.grad_outputs = {g}, .create_graph = true})[0];
  return grad({slope}, {x}, {.grad_outputs = {g}})[0].value().to(float64).to_vector<double>();
}

}  // namespace

TEST_CASE("activations: second derivatives keep their digits in the tails and next to 0") {
  const Tensor& x = golden("activation_tails", "x");
  const auto numbers = x.to_vector<double>();
  for (const Activation& activation : activations) {
    const auto expected = golden_values<double>("activation_tails", activation.name);
    for (const DType dtype : {float32, float64}) {
      const bool single = dtype == float32;
      const double allowed =
          single ? activation.allowed.float32 * 0x1p-24 : activation.allowed.float64 * 0x1p-53;
      const double smallest = single ? 0x1p-149 : 0x1p-1074;
      const std::vector<double> ours = second_derivative(activation.f, x.to(dtype));
      for (std::size_t i = 0; i < ours.size(); ++i) {
        const double bound = allowed * std::abs(expected[i]) + 200 * smallest;  // x times a subnormal number
        CHECK_MESSAGE(std::abs(ours[i] - expected[i]) <= bound, std::string(activation.name), " of ",
                      std::string(name(dtype)), " ", numbers[i], " is ", ours[i], ", not ", expected[i]);
      }
    }
  }
}

TEST_CASE("activations: second derivatives are 0 at infinity") {
  for (const auto& f :
       {sigmoid, tanh, erf, silu, +[](const Variable& x) { return softplus(x); },
        +[](const Variable& x) { return gelu(x); }, +[](const Variable& x) { return gelu(x, Gelu::tanh); }}) {
    for (const DType dtype : {float32, float64})
      CHECK(second_derivative(f, tensor({-INFINITY, INFINITY}, dtype)) == std::vector<double>{0, 0});
  }
}
