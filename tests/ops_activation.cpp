// Activations that are one formula each, and logaddexp, against PyTorch (golden/make_activation.py) and
// finite differences. The others are in ops_pointwise.cpp.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>
#include <functional>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("activations: values and gradients") {
  check_ops("activation", {
                              {"leaky_relu", [](const Xs& x) { return leaky_relu(x[0]); }},
                              {"leaky_relu_-2", [](const Xs& x) { return leaky_relu(x[0], -2); }},
                              {"elu", [](const Xs& x) { return elu(x[0]); }},
                              {"elu_0.5", [](const Xs& x) { return elu(x[0], 0.5); }},
                              {"selu", [](const Xs& x) { return selu(x[0]); }},
                              {"celu", [](const Xs& x) { return celu(x[0]); }},
                              {"celu_2", [](const Xs& x) { return celu(x[0], 2); }},
                              {"hardtanh", [](const Xs& x) { return hardtanh(x[0]); }},
                              {"hardtanh_-2_0.5", [](const Xs& x) { return hardtanh(x[0], -2, 0.5); }},
                              {"relu6", [](const Xs& x) { return relu6(x[0]); }},
                              {"hardsigmoid", [](const Xs& x) { return hardsigmoid(x[0]); }},
                              {"hardswish", [](const Xs& x) { return hardswish(x[0]); }},
                              {"logsigmoid", [](const Xs& x) { return logsigmoid(x[0]); }},
                              {"softsign", [](const Xs& x) { return softsign(x[0]); }},
                              {"logaddexp", [](const Xs& x) { return logaddexp(x[0], x[1]); }},
                          });
}

namespace {

struct Row {
  const char* name;
  std::function<Variable(const Variable&)> f;
  double below, above;              // the limits at −∞ and ∞
  double slope_below, slope_above;  // of the slope
};

const Row table[] = {
    {"leaky_relu", [](const Variable& x) { return leaky_relu(x); }, -INFINITY, INFINITY, 0.01, 1},
    {"elu", [](const Variable& x) { return elu(x, 2); }, -2, INFINITY, 0, 1},
    {"celu", [](const Variable& x) { return celu(x, 2); }, -2, INFINITY, 0, 1},
    {"hardtanh", [](const Variable& x) { return hardtanh(x); }, -1, 1, 0, 0},
    {"relu6", relu6, 0, 6, 0, 0},
    {"hardsigmoid", hardsigmoid, 0, 1, 0, 0},
    {"hardswish", hardswish, 0, INFINITY, 0, 1},
    {"logsigmoid", logsigmoid, -INFINITY, 0, 1, 0},
    {"softsign", softsign, -1, 1, 0, 0},
};

Variable slope_of(const Variable& y, const Variable& x) {
  return grad({y}, {x}, {.grad_outputs = {ones(y.shape(), y.dtype())}, .create_graph = true})[0];
}

}  // namespace

TEST_CASE("activations: at ±∞ and NaN, values and two derivatives are limits") {
  for (const DType dtype : {float32, float64}) {
    for (const Row& row : table) {
      CAPTURE(row.name);
      const Variable x(tensor({-INFINITY, INFINITY}, dtype), true);
      const Variable y = row.f(x);
      CHECK(y.node()->inputs()[0] == x.node());
      CHECK(equal(y.value(), tensor({row.below, row.above}, dtype)));
      const Variable slope = slope_of(y, x);
      CHECK(equal(slope.value(), tensor({row.slope_below, row.slope_above}, dtype)));
      CHECK(equal(slope_of(slope, x).value(), zeros({2}, dtype)));
      CHECK(std::isnan(row.f(tensor(NAN, dtype)).item<double>()));
    }
  }
}

TEST_CASE("softsign: a NaN has the slope NaN") {
  const Variable x(tensor(NAN), true);
  CHECK(std::isnan(slope_of(softsign(x), x).item<float>()));
}

TEST_CASE("logsigmoid keeps its digits in both tails") {
  for (const double x : {-700.0, -50.0, -1e-10, 1e-10, 30.0, 700.0}) {
    const double exact = x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x));
    CHECK(std::abs(logsigmoid(tensor(x, float64)).item<double>() - exact) <= 4e-16 * std::abs(exact));
  }
}

TEST_CASE("logaddexp: equal infinities share the gradient, which is their sum's share elsewhere") {
  const Variable a(tensor({INFINITY, -INFINITY, INFINITY, 700.0, 0.0}, float64), true);
  const Variable b(tensor({INFINITY, -INFINITY, -INFINITY, 710.0, 0.0}, float64), true);
  const Variable y = logaddexp(a, b);
  CHECK(equal(y.value().slice(0, 0, 3), tensor({INFINITY, -INFINITY, INFINITY}, float64)));
  CHECK(y.value().select(0, 3).item<double>() == doctest::Approx(710.0000453988992).epsilon(1e-15));
  const Variable share = slope_of(y, a);
  CHECK(max_abs_diff(share.value(), tensor({0.5, 0.5, 1.0, 4.5397868702434395e-05, 0.5}, float64)) < 1e-15);
  const Tensor second = slope_of(share, a).value();  // σ'(a − b)
  CHECK(second.select(0, 4).item<double>() == 0.25);
  CHECK(second.select(0, 2).item<double>() == 0);
}

TEST_CASE("activations: errors") {
  CHECK_THROWS_TEXT(elu(ones({2}, int64)), "[elu] needs a floating dtype, not int64 of shape (2,)");
  CHECK_THROWS_TEXT(hardswish(ones({2}, boolean)), "[hardswish] needs a floating dtype, not boolean");
  CHECK_THROWS_TEXT(celu(ones({2}), 0), "[celu] alpha must be finite and not 0, got 0");
  CHECK_THROWS_TEXT(hardtanh(ones({2}), 1, -1), "[hardtanh] the bounds are 1 and -1");
  CHECK_THROWS_TEXT(hardtanh(ones({2}), NAN), "[hardtanh] the bounds are nan and 1");
  CHECK_THROWS_TEXT(logaddexp(ones({2}, int64), ones({2}, int64)),
                    "[logaddexp] needs a floating operand, got int64 and int64");
}
