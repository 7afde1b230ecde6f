// The functions that a formula of `elementwise` may have: value and slope are those of the op of the same
// name, and gradcheck agrees with two orders.
#include "support.hpp"

#include <cmath>
#include <functional>

#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/elementwise.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/recording.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/rounding.hpp>
#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

struct Row {
  const char* name;
  std::function<Variable(const Variable&)> op, formula;
};

template <class Op, class Formula>
Row row(const char* name, const Op& op, const Formula& formula) {
  return {name, op, [made = elementwise(name, formula)](const Variable& x) { return made(x); }};
}

#define ROW(f, of) \
  row(             \
      #f, [](const Variable& x) { return f(of); }, [](const auto& x) { return f(of); })

}  // namespace

TEST_CASE("the words of a formula are the ops of the same name") {
  const Row rows[] = {
      ROW(exp2, x),  ROW(expm1, x), ROW(log2, x),      ROW(log10, x),    ROW(tan, x),       ROW(asin, x),
      ROW(acos, x),  ROW(atan, x),  ROW(sinh, x),      ROW(cosh, x),     ROW(asinh, x),     ROW(acosh, x + 1),
      ROW(atanh, x), ROW(erfc, x),  ROW(floor, 7 * x), ROW(ceil, 7 * x), ROW(trunc, 7 * x), ROW(round, 7 * x),
  };
  const Tensor numbers = tensor({0.11, 0.3, 0.47, 0.62, 0.88}, float64);
  for (const Row& one : rows) {
    CAPTURE(one.name);
    const Variable x(numbers, true);
    const Variable op = one.op(x), formula = one.formula(x);
    CHECK(equal(op.value(), formula.value()));
    const Tensor slope = grad({sum(op)}, {x})[0].value(), of_formula = grad({sum(formula)}, {x})[0].value();
    CHECK(max_abs_diff(slope, of_formula) <= 4e-15);
    const GradcheckResult second =
        gradcheck([&](const auto& in) { return one.formula(in[0]); }, {x}, {.order = 2});
    CHECK_MESSAGE(second, second.message());
  }
}

TEST_CASE("the words of two numbers are the ops of the same name") {
  using Pair = std::vector<Variable>;
  struct Both {
    const char* name;
    std::function<Variable(const Variable&, const Variable&)> op, formula;
  };
  const auto of_two = [](const char* name, auto op, auto formula) -> Both {
    return {name, op,
            [made = elementwise(name, formula)](const Variable& a, const Variable& b) { return made(a, b); }};
  };
  const Both rows[] = {
      of_two(
          "fmod", [](const Variable& a, const Variable& b) { return fmod(a, b); },
          [](const auto& a, const auto& b) { return fmod(a, b); }),
      of_two(
          "remainder", [](const Variable& a, const Variable& b) { return remainder(a, b); },
          [](const auto& a, const auto& b) { return remainder(a, b); }),
      of_two(
          "floor_divide", [](const Variable& a, const Variable& b) { return floor_divide(a, b); },
          [](const auto& a, const auto& b) { return floor_divide(a, b); }),
      of_two(
          "atan2", [](const Variable& a, const Variable& b) { return atan2(a, b); },
          [](const auto& a, const auto& b) { return atan2(a, b); }),
  };
  const Tensor left = tensor({5.0, -5.2, 3.1, -3.3}, float64),
               right = tensor({2.0, 2.1, -2.05, -1.95}, float64);
  for (const Both& one : rows) {
    CAPTURE(one.name);
    const Variable a(left, true), b(right, true);
    const Variable op = one.op(a, b), formula = one.formula(a, b);
    CHECK(equal(op.value(), formula.value()));
    const Pair slopes = grad({sum(op)}, {a, b}), of_formula = grad({sum(formula)}, {a, b});
    for (std::size_t i = 0; i < 2; ++i)
      CHECK(max_abs_diff(slopes[i].value(), of_formula[i].value()) <= 1e-15);
    const GradcheckResult second =
        gradcheck([&](const Pair& in) { return one.formula(in[0], in[1]); }, {a, b}, {.order = 2});
    CHECK_MESSAGE(second, second.message());
  }
}

TEST_CASE("a function whose derivative is not known throws when a gradient is wanted") {
  const auto one = elementwise("mish", [](const auto& x) { return symbol_of(kernels::Unary::mish, x); });
  const auto two = elementwise(
      "weigh", [](const auto& a, const auto& b) { return symbol_of(kernels::Binary::weigh, a, b); });
  const Variable x(ones({2}), true);
  CHECK_THROWS_TEXT(sum(one(x)).backward(), "[elementwise] no derivative is known");
  CHECK_THROWS_TEXT(sum(two(x, x)).backward(), "[elementwise] no derivative is known");
}

TEST_CASE("the slopes of words keep their digits where a square overflows or is 0") {
  const auto slope_of = [](const Variable& y, const Variable& x) {
    return grad({sum(y)}, {x}, {.create_graph = true})[0];
  };
  const Variable x(tensor({1e-25, 3.0, 1e20, -1e30}), true);
  const auto formula = elementwise("asinh", [](const auto& a) { return asinh(a); });
  CHECK(allclose(slope_of(formula(x), x).value(), tensor({1.0, 0.31622776601683794, 1e-20, 1e-30}), 1e-6, 0));

  const Variable a(tensor({1e20, -1e30, 1e-30, 1e-25, 3.0, 0.0}), true);
  const Variable b(tensor({1e20, 2e30, 1e-30, -2e-25, 4.0, 5.0}), true);
  const auto angle = elementwise("angle", [](const auto& a, const auto& b) { return atan2(a, b); });
  for (const Variable& y : {angle(a, b), atan2(a, b)}) {
    CHECK(allclose(slope_of(y, a).value(), tensor({5e-21, 4e-31, 5e29, -4e24, 0.16, 0.2}), 1e-6, 0));
    CHECK(allclose(slope_of(y, b).value(), tensor({-5e-21, 2e-31, -5e29, -2e24, -0.12, 0.0}), 1e-6, 0));
  }
}

TEST_CASE("all derivatives of acosh at 1 are infinite") {
  const Variable x(tensor(1.0f), true);
  Variable y = elementwise("acosh", [](const auto& a) { return acosh(a); })(x);
  for (int order = 1; order <= 4; ++order) {
    y = grad({y}, {x}, {.create_graph = true})[0];
    CHECK(y.item<float>() == (order % 2 == 1 ? INFINITY : -INFINITY));
  }
}
