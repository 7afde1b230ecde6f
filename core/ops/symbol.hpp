#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace xgrad {

/// A number of a formula that is being recorded (see `elementwise`): an input's element, or a function of
/// earlier ones. Operators and functions of Symbols compute nothing. Each appends a step to the formula.
///
/// The functions are found by their argument: `exp(x)`, and `xt::exp(x)` once <xgrad/core/xtensor.hpp> is
/// included. A truth value is 1 or 0. Outside of its own recording, a Symbol throws in every function.
class Symbol {
 public:
  /// A constant. It takes the dtype of the op's inputs.
  template <class T>
  requires std::is_arithmetic_v<T> Symbol(T number) : Symbol(of_number(static_cast<double>(number))) {}
  static Symbol of_step(int step);  ///< a step of the formula that is being recorded
  int step() const;                 ///< throws if the Symbol belongs to another formula

  /// An incomplete type. xtensor's reductions ask for it, and the compiler then shows its name.
  using value_type = struct a_formula_sees_one_element_and_cannot_reduce;
  explicit operator bool() const = delete;  // a choice between elements: where(condition, a, b)

  friend Symbol operator+(const Symbol& a, const Symbol& b);
  friend Symbol operator-(const Symbol& a, const Symbol& b);
  friend Symbol operator*(const Symbol& a, const Symbol& b);
  friend Symbol operator/(const Symbol& a, const Symbol& b);
  friend Symbol operator-(const Symbol& x);
  friend const Symbol& operator+(const Symbol& x) { return x; }
  Symbol& operator+=(const Symbol& x) { return *this = *this + x; }
  Symbol& operator-=(const Symbol& x) { return *this = *this - x; }
  Symbol& operator*=(const Symbol& x) { return *this = *this * x; }
  Symbol& operator/=(const Symbol& x) { return *this = *this / x; }

  friend Symbol operator<(const Symbol& a, const Symbol& b);
  friend Symbol operator<=(const Symbol& a, const Symbol& b);
  friend Symbol operator>(const Symbol& a, const Symbol& b) { return b < a; }
  friend Symbol operator>=(const Symbol& a, const Symbol& b) { return b <= a; }
  friend Symbol equal(const Symbol& a, const Symbol& b);
  friend Symbol not_equal(const Symbol& a, const Symbol& b) { return !equal(a, b); }
  friend bool operator==(const Symbol& a, const Symbol& b) = delete;  // equal(a, b), or xt::equal(a, b)
  friend bool operator!=(const Symbol& a, const Symbol& b) = delete;  // not_equal(a, b)
  friend Symbol operator!(const Symbol& condition) { return equal(condition, 0); }
  friend Symbol operator&&(const Symbol& a, const Symbol& b) { return where(a, not_equal(b, 0), 0); }
  friend Symbol operator||(const Symbol& a, const Symbol& b) { return where(a, 1, not_equal(b, 0)); }
  friend Symbol isnan(const Symbol& x) { return not_equal(x, x); }
  friend Symbol isinf(const Symbol& x);
  friend Symbol isfinite(const Symbol& x);

  /// a where the condition is not 0, else b. Only the chosen one gets a gradient.
  friend Symbol where(const Symbol& condition, const Symbol& a, const Symbol& b);
  friend Symbol maximum(const Symbol& a, const Symbol& b);  ///< a tie gives each half of the gradient
  friend Symbol minimum(const Symbol& a, const Symbol& b);
  /// The larger of two numbers; a NaN counts as missing.
  friend Symbol fmax(const Symbol& a, const Symbol& b) { return where(isnan(a) || a < b, b, a); }
  friend Symbol fmin(const Symbol& a, const Symbol& b) { return where(isnan(a) || b < a, b, a); }
  friend Symbol fma(const Symbol& a, const Symbol& b, const Symbol& c) { return a * b + c; }
  friend Symbol clip(const Symbol& x, const Symbol& low, const Symbol& high) {
    const Symbol raised = where(x < low, low, x);
    return where(raised > high, high, raised);
  }

  friend Symbol abs(const Symbol& x);
  friend Symbol sign(const Symbol& x);
  friend Symbol fabs(const Symbol& x) { return abs(x); }
  friend Symbol square(const Symbol& x) { return x * x; }
  friend Symbol cube(const Symbol& x) { return x * x * x; }
  friend Symbol sqrt(const Symbol& x);
  friend Symbol exp(const Symbol& x);
  friend Symbol exp2(const Symbol& x);
  friend Symbol expm1(const Symbol& x);
  friend Symbol log(const Symbol& x);
  friend Symbol log2(const Symbol& x);
  friend Symbol log10(const Symbol& x);
  friend Symbol log1p(const Symbol& x);
  friend Symbol sin(const Symbol& x);
  friend Symbol cos(const Symbol& x);
  friend Symbol tan(const Symbol& x);
  friend Symbol asin(const Symbol& x);
  friend Symbol acos(const Symbol& x);
  friend Symbol atan(const Symbol& x);
  friend Symbol atan2(const Symbol& y, const Symbol& x);
  friend Symbol sinh(const Symbol& x);
  friend Symbol cosh(const Symbol& x);
  friend Symbol tanh(const Symbol& x);
  friend Symbol asinh(const Symbol& x);
  friend Symbol acosh(const Symbol& x);
  friend Symbol atanh(const Symbol& x);
  friend Symbol erf(const Symbol& x);
  friend Symbol erfc(const Symbol& x);
  friend Symbol sigmoid(const Symbol& x);
  friend Symbol relu(const Symbol& x) { return where(x <= 0, 0, x); }
  friend Symbol pow(const Symbol& a, const Symbol& b);

  // As the ops of rounding.hpp. xt::round rounds a half away from 0, so `round` has no xtensor name.
  friend Symbol floor(const Symbol& x);
  friend Symbol ceil(const Symbol& x);
  friend Symbol trunc(const Symbol& x);
  friend Symbol round(const Symbol& x);
  friend Symbol rint(const Symbol& x) { return round(x); }
  friend Symbol nearbyint(const Symbol& x) { return round(x); }
  friend Symbol fmod(const Symbol& a, const Symbol& b);
  friend Symbol floor_divide(const Symbol& a, const Symbol& b);
  friend Symbol remainder(const Symbol& a, const Symbol& b);

 private:
  Symbol(int step, std::uint64_t recording) : step_(step), recording_(recording) {}
  static Symbol of_number(double number);
  int step_;
  std::uint64_t recording_;  // which recording made it
};

}  // namespace xgrad
