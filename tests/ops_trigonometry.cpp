// Trigonometric and hyperbolic functions, against PyTorch (golden/make_trigonometry.py) and finite
// differences. extremes.cpp has them over the whole range.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>
#include <numbers>

#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("trigonometry: values and gradients") {
  check_ops("trigonometry", {
                                {"tan", [](const Xs& x) { return tan(x[0]); }},
                                {"asin", [](const Xs& x) { return asin(x[0]); }},
                                {"acos", [](const Xs& x) { return acos(x[0]); }},
                                {"atan", [](const Xs& x) { return atan(x[0]); }},
                                {"atan2", [](const Xs& x) { return atan2(x[0], x[1]); }},
                                {"sinh", [](const Xs& x) { return sinh(x[0]); }},
                                {"cosh", [](const Xs& x) { return cosh(x[0]); }},
                                {"asinh", [](const Xs& x) { return asinh(x[0]); }},
                                {"acosh", [](const Xs& x) { return acosh(x[0]); }},
                                {"atanh", [](const Xs& x) { return atanh(x[0]); }},
                            });
}

TEST_CASE("trigonometry: at infinity, two derivatives are their limits") {
  for (const DType dtype : {float32, float64}) {
    using Function = Variable (*)(const Variable&);
    for (const Function f : {Function(atan), Function(asinh)}) {
      const Variable x(tensor({-INFINITY, INFINITY}, dtype), true);
      const Variable g = ones({2}, dtype);
      const Variable slope = grad({f(x)}, {x}, {.grad_outputs = {g}, .create_graph = true})[0];
      CHECK(equal(slope.value(), zeros({2}, dtype)));
      CHECK(equal(grad({slope}, {x}, {.grad_outputs = {g}})[0].value(), zeros({2}, dtype)));
    }
    const Variable x(tensor({INFINITY, -INFINITY, 2.0, INFINITY}, dtype), true);
    const Variable y(tensor({1.0, 1.0, INFINITY, INFINITY}, dtype), true);
    const Variable angle = atan2(y, x);
    constexpr double pi = std::numbers::pi;
    CHECK(max_abs_diff(angle.value(), tensor({0, pi, pi / 2, pi / 4}, dtype)) < 1e-6);
    for (const Variable& slope : grad({angle}, {y, x}, {.grad_outputs = {ones({4}, dtype)}}))
      CHECK(equal(slope.value(), zeros({4}, dtype)));
  }
}

TEST_CASE("trigonometry: the angle of 0 keeps the signs") {
  const Tensor y = tensor({0.0, -0.0, 0.0, -0.0}), x = tensor({0.0, 0.0, -0.0, -0.0});
  const std::vector<double> angles = atan2(y.to(float64), x.to(float64)).value().to_vector<double>();
  CHECK(angles == std::vector<double>{0, 0, std::numbers::pi, -std::numbers::pi});
  CHECK(std::signbit(angles[1]));
}

TEST_CASE("trigonometry: errors") {
  const Tensor integers = ones({2}, int64);
  CHECK_THROWS_TEXT(tan(integers), "[tan] needs a floating dtype, not int64 of shape (2,)");
  CHECK_THROWS_TEXT(acosh(zeros({2}, boolean)), "[acosh] needs a floating dtype, not boolean");
  CHECK_THROWS_TEXT(atan2(integers, integers), "[atan2] needs a floating operand, got int64 and int64");
  CHECK_THROWS_TEXT(atan2(ones({2}), ones({2}, float64)), "[atan2] operands are float32 and float64");
  CHECK_THROWS_TEXT(atan2(ones({2}), ones({3})), "[atan2] shapes do not broadcast: (2,) and (3,)");
}
