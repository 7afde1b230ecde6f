#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Trigonometric and hyperbolic functions of each element, and their inverses, in radians. The operands are
// floating; any other dtype throws. Outside of its domain a function is NaN. `tanh` is in activation.hpp.

Variable sin(const Variable& x);
Variable cos(const Variable& x);
Variable tan(const Variable& x);
Variable asin(const Variable& x);  ///< in [−π/2, π/2], for |x| ≤ 1; the slope at ±1 is infinite
Variable acos(const Variable& x);  ///< in [0, π], for |x| ≤ 1; the slope at ±1 is −∞
Variable atan(const Variable& x);  ///< in [−π/2, π/2]
/// The angle of the point (x, y) in [−π, π], from the signs of both; y comes first, as in C. They broadcast.
/// The gradient at (0, 0) is NaN.
Variable atan2(const Variable& y, const Variable& x);

Variable sinh(const Variable& x);   ///< (e^x − e^−x)/2
Variable cosh(const Variable& x);   ///< (e^x + e^−x)/2
Variable asinh(const Variable& x);  ///< log(x + √(x² + 1))
Variable acosh(const Variable& x);  ///< log(x + √(x² − 1)), for x ≥ 1; the slope at 1 is infinite
Variable atanh(const Variable& x);  ///< log((1 + x)/(1 − x))/2, for |x| ≤ 1

}  // namespace xgrad
