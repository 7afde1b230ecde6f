// Variables: handles that alias, leaves, and gradients.
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

TEST_CASE("variable: a frozen leaf gets no gradient, even from a graph recorded before") {
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
  v.requires_grad_(false);  // its gradient stays
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

TEST_CASE("variable: detach() cuts a result off from the tape") {
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

TEST_CASE("variable: under NoGradGuard nothing is recorded, and its end restores the former mode") {
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

TEST_CASE("variable: retain_grad() keeps the gradient of a result") {
  const Variable x = leaf(2), y = (x * 3).retain_grad(), z = y * y;
  z.backward();
  CHECK(y.grad().item<double>() == 12);
  CHECK(x.grad().item<double>() == 36);
}

TEST_CASE("variable: backward() from any shape takes dL/d(output)") {
  const Variable x(tensor({{1.0, 2.0}, {3.0, 4.0}}), true);
  (x * x).backward(tensor({{1.0, 0.5}, {0.0, -1.0}}));
  CHECK(equal(x.grad(), tensor({{2.0, 2.0}, {0.0, -8.0}})));
  const Variable scalar(tensor(3.0), true);
  scalar.backward();  // a leaf's own derivative
  CHECK(scalar.grad().item<double>() == 1);
}

TEST_CASE("variable: errors name the broken rule") {
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

TEST_CASE("variable: it prints as its value, or as undefined") {
  std::ostringstream out;
  out << Variable();
  CHECK(out.str() == "(undefined)");
}
