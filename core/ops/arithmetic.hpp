#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Elementwise, with NumPy broadcasting. Integers and booleans take the floating operand's dtype, C++ numbers
// the Variable's; float32 with float64 throws.

Variable add(const Variable& a, const Variable& b);  ///< a + b
Variable sub(const Variable& a, const Variable& b);  ///< a − b
Variable mul(const Variable& a, const Variable& b);  ///< a · b
Variable div(const Variable& a, const Variable& b);  ///< a / b; integers are divided in the default dtype
Variable neg(const Variable& x);                     ///< −x
/// a^b. The gradient of b is 0 where a is 0 and b ≥ 0. Of two integers it is int64, and a negative b throws.
Variable pow(const Variable& a, const Variable& b);

/// The larger of a and b, NaN where either is; where they are equal, each takes half of the gradient.
Variable maximum(const Variable& a, const Variable& b);
/// The smaller of a and b, with the same rules.
Variable minimum(const Variable& a, const Variable& b);
Variable maximum(const Variable& a, Scalar b);
Variable maximum(Scalar a, const Variable& b);
Variable minimum(const Variable& a, Scalar b);
Variable minimum(Scalar a, const Variable& b);

Variable add(const Variable& x, Scalar value);
Variable sub(const Variable& x, Scalar value);
Variable mul(const Variable& x, Scalar factor);
/// x^p; dx = p x^(p−1), and 0 for p = 0. Of integers with an integer p it is int64, and a negative p throws;
/// with a floating p it is in the default dtype.
Variable pow(const Variable& x, Scalar exponent);
Variable pow(Scalar base, const Variable& exponent);  ///< b^x; dx = b^x ln b
Variable div(const Variable& x, Scalar divisor);
Variable div(Scalar numerator, const Variable& x);

inline Variable operator+(const Variable& a, const Variable& b) { return add(a, b); }
inline Variable operator-(const Variable& a, const Variable& b) { return sub(a, b); }
inline Variable operator*(const Variable& a, const Variable& b) { return mul(a, b); }
inline Variable operator/(const Variable& a, const Variable& b) { return div(a, b); }
inline Variable operator-(const Variable& x) { return neg(x); }

inline Variable operator+(const Variable& x, Scalar value) { return add(x, value); }
inline Variable operator-(const Variable& x, Scalar value) { return sub(x, value); }
inline Variable operator*(const Variable& x, Scalar factor) { return mul(x, factor); }
inline Variable operator/(const Variable& x, Scalar divisor) { return div(x, divisor); }
inline Variable operator+(Scalar value, const Variable& x) { return add(x, value); }
inline Variable operator-(Scalar value, const Variable& x) { return add(neg(x), value); }
inline Variable operator*(Scalar factor, const Variable& x) { return mul(x, factor); }
inline Variable operator/(Scalar numerator, const Variable& x) { return div(numerator, x); }

}  // namespace xgrad
