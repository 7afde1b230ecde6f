// + − · / and powers, against PyTorch (golden/make_arithmetic.py) and finite differences.
#include <cmath>
#include <limits>

#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("arithmetic: values and gradients") {
  check_ops("arithmetic", {
                              {"add", [](const Xs& x) { return x[0] + x[1]; }},
                              {"sub", [](const Xs& x) { return x[0] - x[1]; }},
                              {"mul", [](const Xs& x) { return x[0] * x[1]; }},
                              {"div", [](const Xs& x) { return x[0] / x[1]; }},
                              {"pow", [](const Xs& x) { return pow(x[0], x[1]); }},
                              {"neg", [](const Xs& x) { return -x[0]; }},
                              {"add_scalar", [](const Xs& x) { return x[0] + 2.5; }},
                              {"sub_scalar", [](const Xs& x) { return x[0] - 2; }},
                              {"scalar_sub", [](const Xs& x) { return 1.5 - x[0]; }},
                              {"mul_scalar", [](const Xs& x) { return x[0] * -3; }},
                              {"div_scalar", [](const Xs& x) { return x[0] / 4; }},
                              {"scalar_div", [](const Xs& x) { return 2.0 / x[0]; }},
                              {"pow_0", [](const Xs& x) { return pow(x[0], 0); }},
                              {"pow_1", [](const Xs& x) { return pow(x[0], 1); }},
                              {"pow_2", [](const Xs& x) { return pow(x[0], 2); }},
                              {"pow_3", [](const Xs& x) { return pow(x[0], 3); }},
                              {"pow_-1", [](const Xs& x) { return pow(x[0], -1); }},
                              {"pow_half", [](const Xs& x) { return pow(x[0], 0.5); }},
                              {"pow_1.5", [](const Xs& x) { return pow(x[0], 1.5); }},
                          });
}

TEST_CASE("a number for each row, on either side: as C++ has it, whatever the rows' length") {
  struct Op {
    const char* name;
    Variable (*ours)(const Variable& a, const Variable& b);
    double (*in_double)(double a, double b);
  };
  const Op ops[] = {
      {"add", [](const Variable& a, const Variable& b) { return a + b; },
       [](double a, double b) { return a + b; }},
      {"sub", [](const Variable& a, const Variable& b) { return a - b; },
       [](double a, double b) { return a - b; }},
      {"mul", [](const Variable& a, const Variable& b) { return a * b; },
       [](double a, double b) { return a * b; }},
      {"div", [](const Variable& a, const Variable& b) { return a / b; },
       [](double a, double b) { return a / b; }},
      {"pow", [](const Variable& a, const Variable& b) { return pow(a, b); },
       [](double a, double b) { return std::pow(a, b); }},
      {"maximum", [](const Variable& a, const Variable& b) { return maximum(a, b); },
       [](double a, double b) { return a > b ? a : b; }},
      {"minimum", [](const Variable& a, const Variable& b) { return minimum(a, b); },
       [](double a, double b) { return a < b ? a : b; }},
  };
  Generator random(0);
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t n : {1, 2, 7, 16, 37, 300}) {
      const Tensor x = add(rand({3, n}, dtype, random), 0.5).value(), column = rand({3, 1}, dtype, random);
      const std::vector<double> numbers = x.to_vector<double>(), first = column.to_vector<double>();
      for (const Op& op : ops) {
        CAPTURE(op.name);
        CAPTURE(n);
        std::vector<double> left, right;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          const double number = first[i / static_cast<std::size_t>(n)];
          left.push_back(op.in_double(number, numbers[i]));
          right.push_back(op.in_double(numbers[i], number));
        }
        // of +, −, · and / the double rounded to float is the float; of pow nearly
        const double bound = op.name == std::string("pow") ? 1e-6 : 0;
        const auto expected = [&](const std::vector<double>& y) {
          return tensor(y).to(dtype).reshape({3, n});
        };
        CHECK(max_abs_diff(op.ours(column, x).value(), expected(left)) <= bound);
        CHECK(max_abs_diff(op.ours(x, column).value(), expected(right)) <= bound);
        const Tensor strided = x.mT().contiguous().mT();
        CHECK(max_abs_diff(op.ours(strided, column).value(), expected(right)) <= bound);
      }
    }
  }
}

TEST_CASE("pow at its edges") {
  const Variable x(tensor({0.0, -2.0, 3.0}), true);
  pow(x, 0).backward(ones({3}));
  CHECK(equal(x.grad(), zeros({3})));

  // a^b ln a at a = 0: the limit 0 for b ≥ 0, and −∞ for b < 0, as in PyTorch
  const Variable b(tensor({-1.0, 0.0, 2.0}), true);
  pow(Variable(zeros({3})), b).backward(ones({3}));
  constexpr double inf = std::numeric_limits<double>::infinity();
  CHECK(equal(b.grad(), tensor({-inf, 0.0, 0.0})));
}

TEST_CASE("integers wrap around, also where a number is taken from them") {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  const Variable x = tensor({std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}});
  CHECK(equal((x - least).value(), tensor({std::numeric_limits<std::int64_t>::max(), least, least + 1})));
  CHECK(equal((x - true).value(), tensor({-2, -1, 0})));
}

TEST_CASE("a power with exponent 0 has right derivatives by base and exponent") {
  const Variable a(tensor({0.5, 2.0, 4.0}, float64), true), b(zeros({3}, float64), true);
  const Variable da = grad({sum(pow(a, b))}, {a}, {.create_graph = true})[0];
  CHECK(equal(da.value(), zeros({3}, float64)));
  CHECK(equal(grad({sum(da)}, {b})[0].value(), tensor({2.0, 0.5, 0.25}, float64)));  // d²(a^b)/da db = 1/a
}
