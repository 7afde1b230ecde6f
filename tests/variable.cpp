// Variables: handles that alias, leaves, gradients, and grad().
#include "support.hpp"

#include <sstream>
#include <stdexcept>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {
Variable leaf(double value) { return Variable(tensor({value}), true); }
double number(const Variable& x) { return x.item<double>(); }
}  // namespace

TEST_CASE("variable: copies alias one value and one gradient") {
  const Variable a = leaf(2), b = a;
  b.set_value(tensor({5.0}));
  CHECK(number(a) == 5);
  (a * b).backward();
  CHECK(a.grad().item<double>() == 10);
  CHECK(b.grad().storage() == a.grad().storage());
  b.zero_grad();
  CHECK_FALSE(a.has_grad());
  a.requires_grad_(false);
  CHECK_FALSE(b.requires_grad());
}

TEST_CASE("variable: a new value of another shape or dtype drops the gradient") {
  const Variable x = leaf(2);
  (x * 3).backward();
  x.set_value(tensor({4.0}));
  CHECK(x.has_grad());
  x.set_value(tensor({4.0}, float64));
  CHECK_FALSE(x.has_grad());
  CHECK(x.requires_grad());
  (x * 3).backward();
  CHECK(x.grad().dtype() == float64);
  x.set_value(zeros({2}, float64));
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("variable: a frozen leaf gets no gradient, from a graph recorded before either") {
  const Variable v(ones({2}), true), w(full({2}, 2.0), true);
  const Variable loss = sum(pow(3 * v * w, 2));
  int calls = 0;
  v.register_hook([&](const Variable&) { ++calls; });
  v.requires_grad_(false);
  loss.backward({.retain_graph = true});
  CHECK_FALSE(v.has_grad());
  CHECK(calls == 0);
  CHECK(equal(w.grad(), full({2}, 36.0)));  // ∂/∂w (3 v w)² = 18 v² w
  CHECK_THROWS_TEXT(grad({loss}, {v}), "[grad] input 0 of shape (2,) does not require a gradient");

  v.requires_grad_();  // the graph still leads to it
  loss.backward({.retain_graph = true});
  CHECK(equal(v.grad(), full({2}, 72.0)));  // 18 v w²
  CHECK(calls == 1);
  v.requires_grad_(false);  // what is there stays
  loss.backward();
  CHECK(equal(v.grad(), full({2}, 72.0)));
}

TEST_CASE("variable: gradients add up until they are dropped") {
  const Variable x = leaf(2);
  (x * 3).backward();
  (x * 4).backward();
  CHECK(x.grad().item<double>() == 7);
  x.zero_grad();
  (x * 4).backward();
  CHECK(x.grad().item<double>() == 4);
  x.set_grad(tensor({0.5}));
  CHECK(x.grad().item<double>() == 0.5);
  x.set_grad({});
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("variable: leaves, results, and what is cut off from the tape") {
  const Variable x = leaf(2), y = x * 3, constant(tensor({1.0}));
  CHECK(x.is_leaf());
  CHECK(constant.is_leaf());
  CHECK_FALSE(y.is_leaf());
  CHECK_FALSE(constant.requires_grad());
  const Variable cut = y.detach();
  CHECK(cut.is_leaf());
  CHECK_FALSE(cut.requires_grad());
  CHECK(cut.value().storage() == y.value().storage());
  (y * cut).backward();
  CHECK(x.grad().item<double>() == 18);  // cut counts as a constant
  CHECK_FALSE(y.has_grad());
}

TEST_CASE("variable: NoGradGuard records nothing, and puts the former mode back") {
  const Variable x = leaf(2);
  {
    const NoGradGuard off;
    CHECK_FALSE((x * x).requires_grad());
    {
      const GradModeGuard on(true);
      CHECK((x * x).requires_grad());
    }
    CHECK_FALSE(grad_enabled());
  }
  CHECK((x * x).requires_grad());
  try {
    const NoGradGuard off;
    throw std::runtime_error("");
  } catch (const std::runtime_error&) {
  }
  CHECK(grad_enabled());
}

TEST_CASE("variable: retain_grad leaves the gradient of a result too") {
  const Variable x = leaf(2), y = (x * 3).retain_grad(), z = y * y;
  z.backward();
  CHECK(y.grad().item<double>() == 12);
  CHECK(x.grad().item<double>() == 36);
}

TEST_CASE("variable: backward from any shape takes dL/d(output)") {
  const Variable x(tensor({{1.0, 2.0}, {3.0, 4.0}}), true);
  (x * x).backward(tensor({{1.0, 0.5}, {0.0, -1.0}}));
  CHECK(equal(x.grad(), tensor({{2.0, 2.0}, {0.0, -8.0}})));
  const Variable scalar(tensor(3.0), true);
  scalar.backward();  // a leaf's own derivative
  CHECK(scalar.grad().item<double>() == 1);
}

TEST_CASE("grad: gives gradients without touching those of the leaves") {
  const Variable a = leaf(2), b = leaf(3);
  const Variable c = a * b, d = c * c;
  const auto gradients = grad({d}, {a, c, b, d}, {.retain_graph = true});
  CHECK(number(gradients[0]) == 36);
  CHECK(number(gradients[1]) == 12);  // a result in the middle
  CHECK(number(gradients[2]) == 24);
  CHECK(number(gradients[3]) == 1);  // the output itself
  CHECK_FALSE(a.has_grad());
  CHECK_FALSE(gradients[0].requires_grad());
  CHECK(number(grad({d}, {c}).at(0)) == 12);
  CHECK_NOTHROW(grad({c}, {a}));  // the replay above stopped at c
}

TEST_CASE("grad: sums over the outputs, each with its own start") {
  const Variable x = leaf(2), y = x * x, z = x * 5;
  CHECK(number(grad({y, z}, {x}, {.retain_graph = true}).at(0)) == 9);
  CHECK(number(grad({y, y}, {x}, {.retain_graph = true}).at(0)) == 8);
  const auto weighted = grad({y, z}, {x}, {.grad_outputs = {tensor({10.0}), Variable()}});
  CHECK(number(weighted.at(0)) == 45);
}

TEST_CASE("grad: with create_graph, gradients of gradients") {
  const Variable x = leaf(2);
  const Variable y = x * x * x;
  const Variable first = grad({y}, {x}, {.create_graph = true}).at(0);
  const Variable second = grad({first}, {x}, {.create_graph = true}).at(0);
  const Variable third = grad({second}, {x}).at(0);
  CHECK(number(first) == 12);
  CHECK(number(second) == 12);
  CHECK(number(third) == 6);
  CHECK_FALSE(third.requires_grad());

  const Variable w = leaf(3);  // a gradient penalty: d/dw (2 w v)² with v = 2
  const Variable v = leaf(2);
  const Variable slope = grad({w * w * v}, {w}, {.create_graph = true}).at(0);
  (slope * slope).backward();
  CHECK(w.grad().item<double>() == 96);
  CHECK(v.grad().item<double>() == 144);
  const Variable start(tensor({1.5}), true);  // through dL/d(output)
  const Variable g = grad({w * w}, {w}, {.grad_outputs = {start}, .create_graph = true}).at(0);
  CHECK(number(grad({g}, {start}).at(0)) == 6);
}

TEST_CASE("grad: an input the outputs don't depend on") {
  const Variable x = leaf(2), other = leaf(3), y = x * x;
  CHECK_THROWS_TEXT(
      grad({y}, {x, other}, {.retain_graph = true}),
      "[grad] the outputs do not depend on input 1 of shape (1,); pass allow_unused = true to get an "
      "undefined gradient for it");
  const auto gradients = grad({y}, {x, other}, {.allow_unused = true});
  CHECK(number(gradients[0]) == 4);
  CHECK_FALSE(gradients[1].defined());
}

TEST_CASE("variable: errors say what was broken") {
  const Variable x(ones({2, 3}), true), constant(ones({2})), result = x * 2, none;
  struct Row {
    const char* text;
    std::function<void()> call;
  };
  const Row rows[] = {
      {"[Variable] the variable is undefined", [&] { none.value(); }},
      {"[add] operand 0 is undefined", [&] { static_cast<void>(none + x); }},
      {"[Variable] the tensor is undefined", [&] { Variable{Tensor()}; }},
      {"[requires_grad_] only floating variables can require a gradient, not int64",
       [&] {
         Variable(tensor({1, 2}), true);
       }},
      {"[requires_grad_] only a leaf can stop requiring a gradient; use detach() on the result of an op",
       [&] { result.requires_grad_(false); }},
      {"[set_value] only a leaf's value can be replaced; detach() this result of an op first",
       [&] {
         result.set_value(ones({2, 3}));
       }},
      {"[set_value] the tensor is undefined", [&] { x.set_value({}); }},
      {"[set_value] a variable that requires a gradient must stay floating, not boolean",
       [&] { x.set_value(tensor({true})); }},
      {"[grad] the variable of shape (2, 3) has no gradient: backward() has not reached it",
       [&] { x.grad(); }},
      {"[grad] the variable of shape (2,) has no gradient: it does not require one",
       [&] { constant.grad(); }},
      {"[grad] the variable of shape (2, 3) has no gradient: it is the result of an op; call retain_grad() "
       "on it "
       "before backward()",
       [&] { result.grad(); }},
      {"[set_grad] the gradient is (3,) float32, the variable (2, 3) float32",
       [&] { x.set_grad(ones({3})); }},
      {"[set_grad] the variable of shape (2,) does not require a gradient",
       [&] { constant.set_grad(ones({2})); }},
      {"[retain_grad] the variable of shape (2,) does not require a gradient",
       [&] { constant.retain_grad(); }},
      {"[backward] the output of shape (2,) does not require a gradient: none of its inputs does, or it was "
       "made "
       "without recording",
       [&] { constant.backward(ones({2})); }},
      {"[backward] without a gradient for it, the output must have one element, not shape (2, 3)",
       [&] { result.backward(); }},
      {"[backward] the given gradient is (3,) float32, the output (2, 3) float32",
       [&] { result.backward(ones({3})); }},
      {"[backward] the given gradient is (2, 3) float64, the output (2, 3) float32",
       [&] {
         result.backward(ones({2, 3}, float64));
       }},
      {"[Variable] the variable is undefined", [&] { none.backward(); }},
      {"[grad] 2 grad_outputs for 1 outputs",
       [&] {
         grad({result}, {x}, {.grad_outputs = {ones({2, 3}), ones({2, 3})}});
       }},
      {"[grad] input 0 of shape (2,) does not require a gradient", [&] { grad({sum(result)}, {constant}); }},
  };
  for (const Row& row : rows) CHECK(thrown_text(row.call) == std::string(row.text));
}

TEST_CASE("variable: prints as its value, and an undefined one as such") {
  std::ostringstream out;
  out << Variable();
  CHECK(out.str() == "(undefined)");
}
