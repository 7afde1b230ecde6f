#include <xgrad/core/ops/formula_gradient.hpp>

#include <algorithm>
#include <array>
#include <numbers>
#include <optional>

#include <xgrad/core/base/constants.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/recording.hpp>

namespace xgrad {
namespace {

using kernels::Binary;
using kernels::Formula;
using kernels::Step;
using kernels::Unary;
using std::numbers::ln10, std::numbers::ln2;

// g · slope. A gradient of 0 stays 0: a branch that was not chosen, or a function that is flat here, gives 0
// and not 0 · ∞ = NaN. The slope may be the factor that is 0, in the gradient of a gradient.
Symbol chain(const Symbol& g, const Symbol& slope) { return symbol_of(Binary::chain, g, slope); }

Symbol sigmoid_slope(const Symbol& x) { return symbol_of(Binary::sigmoid_backward, 1, x); }

// dL/da for y = f(a)
std::optional<Symbol> unary_rule(Unary f, const Symbol& g, const Symbol& a, const Symbol& y) {
  switch (f) {
    case Unary::neg:
      return -g;
    case Unary::abs:
      return chain(g, sign(a));
    case Unary::sqrt:
      return chain(g, 0.5 / y);
    case Unary::exp:
      return chain(g, y);
    case Unary::exp2:
      return chain(g, y * ln2);
    case Unary::expm1:
      return chain(g, exp(a));
    case Unary::log:
      return chain(g, 1 / a);
    case Unary::log2:
      return chain(g, 1 / (a * ln2));
    case Unary::log10:
      return chain(g, 1 / (a * ln10));
    case Unary::log1p:
      return chain(g, 1 / (1 + a));
    case Unary::sin:
      return chain(g, cos(a));
    case Unary::cos:
      return chain(g, -sin(a));
    case Unary::tan:
      return chain(g, 1 + y * y);
    case Unary::asin:
      return chain(g, 1 / sqrt((1 - a) * (1 + a)));
    case Unary::acos:
      return chain(g, -1 / sqrt((1 - a) * (1 + a)));
    case Unary::atan:
      return chain(g, 1 / (1 + a * a));
    case Unary::sinh:
      return chain(g, cosh(a));
    case Unary::cosh:
      return chain(g, sinh(a));
    case Unary::asinh: {  // beyond ±1 in terms of 1/a, whose square does not overflow
      const Symbol b = 1 / a;
      return chain(g, where(abs(a) > 1, abs(b) / sqrt(1 + b * b), 1 / sqrt(1 + a * a)));
    }
    case Unary::acosh:  // two quotients: at 1 the derivatives are ±∞, and a product of the roots 0
      return chain(g, 1 / sqrt(a - 1) * (1 / sqrt(a + 1)));
    case Unary::atanh:
      return chain(g, 1 / ((1 - a) * (1 + a)));
    case Unary::tanh:  // 1 − tanh² a = 4 σ'(2a), which keeps its digits in the tails
      return chain(g, 4 * sigmoid_slope(2 * a));
    case Unary::erf:
      return chain(g, two_over_sqrt_pi * exp(-(a * a)));
    case Unary::erfc:
      return chain(g, -two_over_sqrt_pi * exp(-(a * a)));
    case Unary::sigmoid:
      return chain(g, sigmoid_slope(a));
    case Unary::sign:
    case Unary::floor:
    case Unary::ceil:
    case Unary::round:
    case Unary::trunc:  // flat in pieces
      return {};
    default:
      fail("elementwise", "no derivative is known of function ", static_cast<int>(f), " of enum Unary");
  }
}

// The gradients of a step's operands, in order.
using OfOperands = std::array<std::optional<Symbol>, 3>;

// dL/da and dL/db for y = f(a, b)
OfOperands binary_rule(Binary f, const Symbol& g, const Symbol& a, const Symbol& b, const Symbol& y) {
  switch (f) {
    case Binary::add:
      return {g, g};
    case Binary::sub:
      return {g, -g};
    case Binary::mul:
    case Binary::chain:
      return {chain(g, b), chain(g, a)};
    case Binary::div: {
      const Symbol da = chain(g, 1 / b);
      return {da, -chain(da, y)};  // ∂(a/b)/∂b = −a/b² = −y (1/b)
    }
    case Binary::maximum:
    case Binary::minimum: {  // a tie gives each half, as in the op of the same name
      const Symbol share = where(equal(a, b), 0.5 * g, g);
      const Symbol a_loses = f == Binary::maximum ? a < b : b < a,
                   b_loses = f == Binary::maximum ? b < a : a < b;
      return {where(a_loses, 0, share), where(b_loses, 0, share)};
    }
    case Binary::pow: {
      // ∂(a^b)/∂a = b a^(b−1), ∂(a^b)/∂b = a^b ln a, and its limit 0 at a = 0
      const Symbol at_limit = equal(a, 0) && 0 <= b;
      return {chain(g, chain(b, pow(a, b - 1))),
              where(at_limit, 0, chain(g, y * log(where(at_limit, 1, a))))};
    }
    case Binary::fmod:
      return {g, -chain(g, trunc(a / b))};
    case Binary::remainder:
      return {g, -chain(g, floor_divide(a, b))};
    case Binary::atan2: {
      // ∂/∂a = b/(a² + b²), ∂/∂b = −a/(a² + b²), in terms of a quotient whose square does not overflow
      const Symbol up = a / b, over = b / a, by_b = 1 / (b * (1 + up * up)),
                   by_a = 1 / (a * (1 + over * over));
      const Symbol is_steep = abs(a) > abs(b);
      return {chain(g, where(is_steep, over * by_a, by_b)), -chain(g, where(is_steep, by_a, up * by_b))};
    }
    case Binary::sigmoid_backward:  // a σ'(b):  σ''(b) = −σ'(b) tanh(b/2)
      return {chain(g, sigmoid_slope(b)), chain(g, -(y * tanh(0.5 * b)))};
    case Binary::less:
    case Binary::less_equal:
    case Binary::equal:
    case Binary::floor_divide:  // flat in pieces
      return {};
    default:
      fail("elementwise", "no derivative is known of function ", static_cast<int>(f), " of enum Binary");
  }
}

OfOperands rule_of(const Step& step, const Symbol& g, const Symbol& y) {
  const auto operand = [&](int i) { return Symbol::of_step(step.operands[i]); };
  if (step.kind == Step::Kind::unary) return {unary_rule(static_cast<Unary>(step.which), g, operand(0), y)};
  if (step.kind == Step::Kind::choose)
    return {std::nullopt, where(operand(0), g, 0), where(operand(0), 0, g)};
  return binary_rule(static_cast<Binary>(step.which), g, operand(0), operand(1), y);
}

}  // namespace

// Replays the formula's steps, newest first, as `backward()` replays a tape. What `backward()` computes, this
// writes down: it appends steps.
Formula gradient_of(const Formula& formula, const std::vector<int>& inputs) {
  Formula result = formula;
  result.inputs = formula.inputs + 1;
  Recording recording(result);

  // The steps that depend on a wanted input. No other needs a gradient.
  std::vector<bool> is_wanted(formula.steps.size());
  for (std::size_t s = 0; s < formula.steps.size(); ++s) {
    const Step& step = formula.steps[s];
    if (step.kind == Step::Kind::input)
      is_wanted[s] = std::find(inputs.begin(), inputs.end(), step.which) != inputs.end();
    for (const int operand : step.operands)
      is_wanted[s] = is_wanted[s] || (operand >= 0 && is_wanted[static_cast<std::size_t>(operand)]);
  }

  std::vector<std::optional<Symbol>> gradients(formula.steps.size());  // dL/d(step), as far as summed up
  gradients[static_cast<std::size_t>(formula.outputs.at(0))] = input_symbol(formula.inputs);
  std::vector<int> of_inputs(static_cast<std::size_t>(formula.inputs), -1);
  for (std::size_t s = formula.steps.size(); s-- > 0;) {
    if (!gradients[s] || !is_wanted[s]) continue;
    const Step step = formula.steps[s];
    if (step.kind == Step::Kind::input) {
      of_inputs[static_cast<std::size_t>(step.which)] = gradients[s]->step();
      continue;
    }
    const OfOperands rules = rule_of(step, *gradients[s], Symbol::of_step(static_cast<int>(s)));
    for (int i = 0; i < operand_count(step.kind); ++i) {
      const auto operand = static_cast<std::size_t>(step.operands[i]);
      const std::optional<Symbol>& rule = rules[static_cast<std::size_t>(i)];
      if (!rule || !is_wanted[operand]) continue;
      gradients[operand] = gradients[operand] ? *gradients[operand] + *rule : *rule;
    }
  }
  result.outputs.clear();
  for (const int input : inputs) {
    const int step = of_inputs[static_cast<std::size_t>(input)];
    result.outputs.push_back(step >= 0 ? step : Symbol(0).step());  // y may not depend on it
  }
  return result;
}

}  // namespace xgrad
