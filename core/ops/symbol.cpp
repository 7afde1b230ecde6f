#include <xgrad/core/ops/symbol.hpp>

#include <atomic>
#include <limits>
#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/recording.hpp>

namespace xgrad {

using kernels::Binary;
using kernels::Formula;
using kernels::Step;
using kernels::Unary;

namespace {

thread_local const Recording* recorded = nullptr;
std::atomic<std::uint64_t> last_number = 0;

const Recording& recording_at_hand() {
  if (!recorded) fail("elementwise", "a Symbol is used outside of the formula that it belongs to");
  return *recorded;
}

Symbol append(const Step& step) { return Symbol::of_step(recording_at_hand().formula().add(step)); }

const Step& step_of(const Symbol& x) {
  const auto place = static_cast<std::size_t>(x.step());
  return recording_at_hand().formula().steps[place];
}
bool is_number(const Symbol& x) { return step_of(x).kind == Step::Kind::number; }
double number_of(const Symbol& x) { return step_of(x).number; }
bool is_number(const Symbol& x, double number) { return is_number(x) && number_of(x) == number; }
bool both_numbers(const Symbol& a, const Symbol& b) { return is_number(a) && is_number(b); }

}  // namespace

Recording::Recording(Formula& formula)
    : formula_(formula), number_(++last_number), outer_(std::exchange(recorded, this)) {}
Recording::~Recording() { recorded = outer_; }

Symbol Symbol::of_step(int step) { return Symbol(step, recording_at_hand().number()); }
int Symbol::step() const {
  if (recording_at_hand().number() != recording_) {
    fail("elementwise", "a Symbol of another formula is used in this one");
  }
  return step_;
}

Symbol input_symbol(int place) { return append({.kind = Step::Kind::input, .which = place}); }
Symbol Symbol::of_number(double number) { return append({.kind = Step::Kind::number, .number = number}); }
Symbol symbol_of(Unary f, const Symbol& x) {
  return append({.kind = Step::Kind::unary, .which = static_cast<int>(f), .operands = {x.step(), -1, -1}});
}
Symbol symbol_of(Binary f, const Symbol& a, const Symbol& b) {
  return append(
      {.kind = Step::Kind::binary, .which = static_cast<int>(f), .operands = {a.step(), b.step(), -1}});
}
Symbol where(const Symbol& condition, const Symbol& a, const Symbol& b) {
  return append({.kind = Step::Kind::choose, .operands = {condition.step(), a.step(), b.step()}});
}

Symbol operator+(const Symbol& a, const Symbol& b) {
  return both_numbers(a, b) ? Symbol(number_of(a) + number_of(b)) : symbol_of(Binary::add, a, b);
}
Symbol operator-(const Symbol& a, const Symbol& b) {
  return both_numbers(a, b) ? Symbol(number_of(a) - number_of(b)) : symbol_of(Binary::sub, a, b);
}
Symbol operator*(const Symbol& a, const Symbol& b) {
  if (both_numbers(a, b)) return number_of(a) * number_of(b);
  return is_number(a, 1) ? b : is_number(b, 1) ? a : symbol_of(Binary::mul, a, b);
}
Symbol operator/(const Symbol& a, const Symbol& b) {
  if (both_numbers(a, b)) return number_of(a) / number_of(b);
  return is_number(b, 1) ? a : symbol_of(Binary::div, a, b);
}
Symbol operator-(const Symbol& x) {
  if (is_number(x)) return -number_of(x);
  const Step& step = step_of(x);
  if (step.kind == Step::Kind::unary && step.which == static_cast<int>(Unary::neg))
    return Symbol::of_step(step.operands[0]);
  return symbol_of(Unary::neg, x);
}

Symbol operator<(const Symbol& a, const Symbol& b) { return symbol_of(Binary::less, a, b); }
Symbol operator<=(const Symbol& a, const Symbol& b) { return symbol_of(Binary::less_equal, a, b); }
Symbol equal(const Symbol& a, const Symbol& b) { return symbol_of(Binary::equal, a, b); }
Symbol isinf(const Symbol& x) { return equal(abs(x), std::numeric_limits<double>::infinity()); }
Symbol isfinite(const Symbol& x) { return abs(x) < std::numeric_limits<double>::infinity(); }

Symbol maximum(const Symbol& a, const Symbol& b) { return symbol_of(Binary::maximum, a, b); }
Symbol minimum(const Symbol& a, const Symbol& b) { return symbol_of(Binary::minimum, a, b); }

Symbol abs(const Symbol& x) { return symbol_of(Unary::abs, x); }
Symbol sign(const Symbol& x) { return symbol_of(Unary::sign, x); }
Symbol sqrt(const Symbol& x) { return symbol_of(Unary::sqrt, x); }
Symbol exp(const Symbol& x) { return symbol_of(Unary::exp, x); }
Symbol exp2(const Symbol& x) { return symbol_of(Unary::exp2, x); }
Symbol expm1(const Symbol& x) { return symbol_of(Unary::expm1, x); }
Symbol log(const Symbol& x) { return symbol_of(Unary::log, x); }
Symbol log2(const Symbol& x) { return symbol_of(Unary::log2, x); }
Symbol log10(const Symbol& x) { return symbol_of(Unary::log10, x); }
Symbol log1p(const Symbol& x) { return symbol_of(Unary::log1p, x); }
Symbol sin(const Symbol& x) { return symbol_of(Unary::sin, x); }
Symbol cos(const Symbol& x) { return symbol_of(Unary::cos, x); }
Symbol tan(const Symbol& x) { return symbol_of(Unary::tan, x); }
Symbol asin(const Symbol& x) { return symbol_of(Unary::asin, x); }
Symbol acos(const Symbol& x) { return symbol_of(Unary::acos, x); }
Symbol atan(const Symbol& x) { return symbol_of(Unary::atan, x); }
Symbol sinh(const Symbol& x) { return symbol_of(Unary::sinh, x); }
Symbol cosh(const Symbol& x) { return symbol_of(Unary::cosh, x); }
Symbol tanh(const Symbol& x) { return symbol_of(Unary::tanh, x); }
Symbol asinh(const Symbol& x) { return symbol_of(Unary::asinh, x); }
Symbol acosh(const Symbol& x) { return symbol_of(Unary::acosh, x); }
Symbol atanh(const Symbol& x) { return symbol_of(Unary::atanh, x); }
Symbol erf(const Symbol& x) { return symbol_of(Unary::erf, x); }
Symbol erfc(const Symbol& x) { return symbol_of(Unary::erfc, x); }
Symbol sigmoid(const Symbol& x) { return symbol_of(Unary::sigmoid, x); }

Symbol floor(const Symbol& x) { return symbol_of(Unary::floor, x); }
Symbol ceil(const Symbol& x) { return symbol_of(Unary::ceil, x); }
Symbol trunc(const Symbol& x) { return symbol_of(Unary::trunc, x); }
Symbol round(const Symbol& x) { return symbol_of(Unary::round, x); }
Symbol fmod(const Symbol& a, const Symbol& b) { return symbol_of(Binary::fmod, a, b); }
Symbol floor_divide(const Symbol& a, const Symbol& b) { return symbol_of(Binary::floor_divide, a, b); }
Symbol remainder(const Symbol& a, const Symbol& b) { return symbol_of(Binary::remainder, a, b); }
Symbol atan2(const Symbol& y, const Symbol& x) { return symbol_of(Binary::atan2, y, x); }

// A power takes long. Products and roots stand for it where the exponent is one of these numbers.
Symbol pow(const Symbol& a, const Symbol& b) {
  if (is_number(b, 0)) return 1;
  if (is_number(b, 1)) return a;
  if (is_number(b, 2)) return a * a;
  if (is_number(b, 3)) return a * a * a;
  if (is_number(b, -1)) return 1 / a;
  return symbol_of(Binary::pow, a, b);
}

}  // namespace xgrad
