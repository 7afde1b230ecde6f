// my_rope: the rule of a rotation.

#include <cmath>

#include "exercise.hpp"

namespace xgrad::web {
namespace {

/// Pairs, or the gradients of pairs.
struct Pairs {
  Variable a, b;
};
using PairsRule = Pairs (*)(const Pairs& g, const Tensor& cos, const Tensor& sin);

Pairs pairs_of(const Variable& x) { return {x.slice(-1, 0, to_end, 2), x.slice(-1, 1, to_end, 2)}; }
Variable rows_of(const Pairs& pairs, const Shape& shape) {
  return stack({pairs.a, pairs.b}, -1).reshape(shape);
}

Pairs turned(const Pairs& p, const Tensor& cos, const Tensor& sin) {
  return {p.a * cos - p.b * sin, p.a * sin + p.b * cos};
}

Variable my_rope(const Variable& x, const Tensor& cos, const Tensor& sin, PairsRule rule) {
  const Tensor value = rotary(x.value(), cos, sin).value();
  return record("my_rope", value, {x}, {}, [=](const Replay& r) -> Gradients {
    return {rows_of(rule(pairs_of(r.grad()), cos, sin), r.input_shape(0))};
  });
}

void judge_rule(Judge& judge, const PairsRule& rule) {
  // Positions 1, 2, 3 and two pairs, of which the second turns by a fifth of the angle.
  const Tensor angles = (arange(1, 4, 1, float64).unsqueeze(1) * tensor({1.0, 0.2}, float64)).value();
  judge.gradients("gradients", {{"x (T, d)", sample({3, 4}, 34)}}, [&](const std::vector<Variable>& x) {
    return my_rope(x[0], cos(angles).value(), sin(angles).value(), rule);
  });
}

}  // namespace

Exercise rope() {
  return {
      .name = "my_rope",
      .title = "The rule of a rotation",
      .lesson = "lessons/09-attention/page.md",
      .source = "core/ops/rotary.cpp",
      .task = {"Rotary position embedding rotates each pair (a, b) of a query or key by an angle θ that "
               "grows with the "
               "position: `y = (a cos θ − b sin θ, a sin θ + b cos θ)`.",
               "The rule is told the gradient (g, h) of a pair of y. θ is a constant."},
      .question = "Which line gives (da, db)?",
      .choices = choices<PairsRule>(
          judge_rule,
          {{"(g cos θ + h sin θ, −g sin θ + h cos θ)", "",
            [](const Pairs& g, const Tensor& c, const Tensor& s) {
              return Pairs{g.a * c + g.b * s, g.b * c - g.a * s};
            }},
           {"(g cos θ − h sin θ, g sin θ + h cos θ)",
            "This rotates the gradient as x was: a goes into both numbers of y, with which factors?",
            [](const Pairs& g, const Tensor& c, const Tensor& s) { return turned(g, c, s); }},
           {"(g, h)", "By how much does the first number of y rise if a rises by 1?",
            [](const Pairs& g, const Tensor&, const Tensor&) { return g; }},
           {"(g cos θ, h cos θ)", "a goes into both numbers of y: which path is missing?",
            [](const Pairs& g, const Tensor& c, const Tensor&) {
              return Pairs{g.a * c, g.b * c};
            }},
           {"(−g sin θ − h cos θ, g cos θ − h sin θ)",
            "This contains the derivative by θ: which derivative is asked for?",
            [](const Pairs& g, const Tensor& c, const Tensor& s) {
              return Pairs{-g.a * s - g.b * c, g.a * c - g.b * s};
            }},
           {"the pair (g, h), rotated by −θ", "",
            [](const Pairs& g, const Tensor& c, const Tensor& s) { return turned(g, c, (-s).value()); }}}),
      .why =
          "The rule multiplies by the transpose of the matrix, and the transpose of a rotation is the "
          "rotation back. So "
          "the library's rule calls the same op with −θ."};
}

}  // namespace xgrad::web
