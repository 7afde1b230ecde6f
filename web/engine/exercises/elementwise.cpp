// my_relu and gelu_rule: rules that work on each element alone.

#include <cmath>
#include <numbers>

#include "exercise.hpp"

namespace xgrad::web {
namespace {

/// From g = dL/dy, the input x and the output y to dL/dx.
using Slope = Variable (*)(const Variable& g, const Variable& x, const Variable& y);

Variable with_rule(const char* op, const Variable& y, const Variable& x, Slope slope) {
  return record(op, y.value(), {x}, {x, keeps_output},
                [slope](const Replay& r) -> Gradients { return {slope(r.grad(), r.saved(0), r.output())}; });
}

// The gradient of Σ y at x, where a kink or a 0 / 0 may be.
Tensor gradient_at(const Tensor& at, const std::function<Variable(const Variable&)>& op) {
  const Variable x(at, /*requires_grad=*/true);
  sum(op(x)).backward();
  return x.grad();
}

Variable my_relu(const Variable& x, Slope slope) {
  return with_rule("my_relu", where(x.value() > 0, x.value(), 0), x, slope);
}

void judge_relu(Judge& judge, const Slope& slope) {
  judge.gradients("gradients", {{"x", tensor({-1.5, -0.25, 0.5, 2.0}, float64)}},
                  [&](const std::vector<Variable>& x) { return my_relu(x[0], slope); });
  const Tensor zero = tensor({0.0}, float64);
  judge.equal(
      "at zero", {{"x", zero}},
      [&] { return gradient_at(zero, [&](const Variable& x) { return my_relu(x, slope); }); },
      gradient_at(zero, [](const Variable& x) { return relu(x); }), "the gradient of the library's relu");
}

}  // namespace

Exercise relu_exercise() {
  return {
      .name = "my_relu",
      .title = "The rule of relu",
      .lesson = "lessons/03-broadcasting/page.md",
      .source = "core/ops/activation.cpp",
      .task = {"`y = max(x, 0)`, element by element. The slope at x = 0 is taken as 0.",
               "The rule is told `g = dL/dy` and returns `dx = dL/dx`. A comparison gives 1 where it holds, "
               "else 0."},
      .question = "Which line is the rule?",
      .choices = choices<Slope>(
          judge_relu,
          {{"dx = g · (x > 0)", "", [](auto& g, auto& x, auto&) -> Variable { return g * (x > 0); }},
           {"dx = g", "What does L do if you raise an x that is below 0?",
            [](auto& g, auto&, auto&) -> Variable { return g; }},
           {"dx = g · y", "At x = 2, y is 2: by how much does y rise if x rises by 0.1?",
            [](auto& g, auto&, auto& y) -> Variable { return g * y; }},
           {"dx = g · (x ≥ 0)", "Which slope does the task ask for at the kink?",
            [](auto& g, auto& x, auto&) -> Variable { return g * (x >= 0); }},
           {"dx = (x > 0)", "This is dy/dx: what does the chain rule multiply it by to get dL/dx?",
            [](auto& g, auto& x, auto&) -> Variable { return (x > 0).to(g.dtype()); }},
           {"dx = g · (y > 0)", "", [](auto& g, auto&, auto& y) -> Variable { return g * (y > 0); }}}),
      .why =
          "The slope is 1 where x is above 0, and 0 elsewhere. There y is above 0 too, so an op that keeps "
          "its result need not keep x."};
}

namespace {

Variable cumulative(const Variable& x) { return 0.5 * (1 + erf(x / std::numbers::sqrt2)); }
Variable density(const Variable& x) { return exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi); }

Variable my_gelu(const Variable& x, Slope slope) {
  const Variable v = x.detach();
  return with_rule("my_gelu", v * cumulative(v), x, slope);
}

void judge_gelu(Judge& judge, const Slope& slope) {
  judge.gradients("gradients", {{"x", tensor({-2.0, -0.5, 0.25, 1.0}, float64)}},
                  [&](const std::vector<Variable>& x) { return my_gelu(x[0], slope); });
  const Tensor points = tensor({0.0, 40.0, -40.0}, float64);
  judge.equal(
      "at zero and far from it", {{"x", points}},
      [&] { return gradient_at(points, [&](const Variable& x) { return my_gelu(x, slope); }); },
      gradient_at(points, [](const Variable& x) { return gelu(x); }), "the gradient of the library's gelu");
}

}  // namespace

Exercise gelu_exercise() {
  return {
      .name = "gelu_rule",
      .title = "The slope of gelu",
      .lesson = "lessons/07-checking-gradients/page.md",
      .source = "core/ops/activation.cpp",
      .task = {"`y = x · Φ(x)`, where Φ(x) is the probability that a number from the standard normal "
               "distribution is at most x. The slope of Φ is the density φ(x) = exp(−x² / 2) / √(2π).",
               "The rule is told `g = dL/dy` and returns `dx`. It must hold for every x."},
      .question = "Which line is the rule?",
      .choices = choices<Slope>(
          judge_gelu,
          {{"dx = g · (Φ(x) + x · φ(x))", "",
            [](auto& g, auto& x, auto&) -> Variable { return g * (cumulative(x) + x * density(x)); }},
           {"dx = g · Φ(x)", "Both factors of x · Φ(x) depend on x: which one did you take as a constant?",
            [](auto& g, auto& x, auto&) -> Variable { return g * cumulative(x); }},
           {"dx = g · x · φ(x)",
            "Both factors of x · Φ(x) depend on x: which one did you take as a constant?",
            [](auto& g, auto& x, auto&) -> Variable { return g * x * density(x); }},
           {"dx = g · φ(x)", "The slope of a product is not the product of the slopes.",
            [](auto& g, auto& x, auto&) -> Variable { return g * density(x); }},
           {"dx = g · (Φ(x) + φ(x))",
            "In the rule of a product, each slope has a factor: which one is missing?",
            [](auto& g, auto& x, auto&) -> Variable { return g * (cumulative(x) + density(x)); }},
           {"dx = g · (y / x + x · φ(x))", "One x has no y / x.",
            [](auto& g, auto& x, auto& y) -> Variable { return g * (y / x + x * density(x)); }}}),
      .why =
          "(u · v)′ = u′ · v + u · v′ with u = x and v = Φ(x). At 0 the slope is 1/2, and around x = 1 it "
          "is above 1."};
}

}  // namespace xgrad::web
