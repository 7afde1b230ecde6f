// Rounding, and division with a rest, against PyTorch (golden/make_rounding.py), C++ and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/rounding.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("rounding: values and gradients") {
  check_ops("rounding", {
                            {"floor", [](const Xs& x) { return floor(x[0]); }},
                            {"ceil", [](const Xs& x) { return ceil(x[0]); }},
                            {"round", [](const Xs& x) { return round(x[0]); }},
                            {"trunc", [](const Xs& x) { return trunc(x[0]); }},
                            {"fmod", [](const Xs& x) { return fmod(x[0], x[1]); }},
                            {"fmod_-2", [](const Xs& x) { return fmod(x[0], -2); }},
                            {"remainder", [](const Xs& x) { return remainder(x[0], x[1]); }},
                            {"remainder_-2", [](const Xs& x) { return remainder(x[0], -2); }},
                            {"div_floor", [](const Xs& x) { return floor_divide(x[0], x[1]); }},
                            {"div_floor_-2", [](const Xs& x) { return div(x[0], -2, Rounding::floor); }},
                            {"div_trunc", [](const Xs& x) { return div(x[0], x[1], Rounding::trunc); }},
                            {"div_trunc_-2", [](const Xs& x) { return div(x[0], -2.0, Rounding::trunc); }},
                        });
}

namespace {

struct Row {
  const char* name;
  Variable (*ours)(const Variable&);
  double (*in_double)(double);
};
const Row roundings[] = {{"floor", floor, std::floor},
                         {"ceil", ceil, std::ceil},
                         {"round", round, std::nearbyint},
                         {"trunc", trunc, std::trunc}};

}  // namespace

TEST_CASE("rounding: exactly as in C++, with the sign of 0, wherever in a row a number stands") {
  for (const DType dtype : {float32, float64}) {
    std::vector<double> numbers;
    for (int quarters = -20; quarters <= 20; ++quarters) numbers.push_back(quarters / 4.0);
    for (const double x : {-0.0, 0.49999997, 1e-30, 4194303.5, 4194304.5, 8388607.5, 16777217.0,
                           4503599627370495.5, 9007199254740991.0, 1e30, HUGE_VAL}) {
      numbers.push_back(x);
      numbers.push_back(-x);
    }
    const Tensor x = tensor(numbers).to(dtype);
    const std::vector<double> held = x.to_vector<double>();
    for (const Row& row : roundings) {
      const std::vector<double> ours = row.ours(x).value().to_vector<double>();
      for (std::size_t i = 0; i < held.size(); ++i) {
        CAPTURE(held[i]);
        CHECK_MESSAGE(ours[i] == row.in_double(held[i]), std::string(row.name));
        CHECK_MESSAGE(std::signbit(ours[i]) == std::signbit(row.in_double(held[i])), std::string(row.name));
      }
    }
  }
}

TEST_CASE("rounding: a = b floor(a/b) + remainder, and the quotient is the exact one, rounded") {
  for (const DType dtype : {float32, float64}) {
    for (const double a : {1.0, -1.0, 0.3, 6.0, -6.0, 1e6, -123456.0}) {
      for (const double b : {0.1, -0.1, 1.0 / 3, 3.0, -3.0, 7.0}) {
        CAPTURE(a);
        CAPTURE(b);
        const Variable x = tensor(a, dtype), y = tensor(b, dtype);
        const auto exact_a = static_cast<long double>(x.item<double>());
        const auto exact_b = static_cast<long double>(y.item<double>());
        const long double trunc = std::trunc(exact_a / exact_b);
        const long double rest = exact_a - exact_b * trunc;  // of at most 53 + 24 bits: see below
        if (dtype == float32) {
          CHECK(fmod(x, y).item<double>() == static_cast<double>(rest));
          const bool steps_down = rest != 0 && (rest < 0) != (exact_b < 0);
          CHECK(floor_divide(x, y).item<double>() == static_cast<double>(trunc - steps_down));
        }
        const double r = remainder(x, y).item<double>();
        CHECK((r == 0 || (r < 0) == (b < 0)));
        CHECK(std::abs(r) <= std::abs(y.item<double>()));
      }
    }
  }
}

TEST_CASE("rounding: the gradient is 0, and its own derivatives too") {
  const Variable x(tensor({0.3, 1.7}, float64), true);
  for (const Row& row : roundings) {
    Variable y = row.ours(x);
    for (int order = 1; order <= 3; ++order) {
      y = grad({y}, {x}, {.grad_outputs = {ones({2}, float64)}, .create_graph = true})[0];
      CHECK(equal(y.value(), zeros({2}, float64)));
    }
  }
  Variable y = fmod(x, 0.5);
  for (const double expected : {1.0, 0.0, 0.0}) {
    y = grad({y}, {x}, {.grad_outputs = {ones({2}, float64)}, .create_graph = true})[0];
    CHECK(equal(y.value(), full({2}, expected, float64)));
  }
}

TEST_CASE("rounding: a number takes the dtype of the Variable beside it") {
  const Tensor x = tensor({7.0, -7.0}), n = tensor({7, -7});
  CHECK(equal(remainder(x, 3.0).value(), tensor({1.0, 2.0})));
  CHECK(fmod(x.to(float64), 0.1).dtype() == float64);
  CHECK(equal(remainder(n, 2.5).value(), tensor({2.0, 0.5})));
  CHECK(equal(floor_divide(n, true).value(), n));
}

TEST_CASE("rounding: errors") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_TEXT(floor(zeros({2}, boolean)), "[floor] needs a floating dtype, not boolean of shape (2,)");
  CHECK_THROWS_TEXT(fmod(x, zeros({2})), "[fmod] shapes do not broadcast: (2, 3) and (2,)");
  CHECK_THROWS_TEXT(remainder(x, zeros({3}, float64)), "[remainder] operands are float32 and float64");
}
