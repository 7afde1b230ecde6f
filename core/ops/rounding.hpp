#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Rounding, and division with a rest, element by element. int64 and boolean Tensors count as integers: the
// result is int64, and an integer divisor of 0 throws. With floating numbers a division by 0 is ±∞ or NaN.

// The nearest integer of a kind; an integer stays as it is. The gradient is 0.
Variable floor(const Variable& x);  ///< the largest one that is not above x
Variable ceil(const Variable& x);   ///< the smallest one that is not below x
Variable round(const Variable& x);  ///< the nearest one, and of two the even one: 0.5 gives 0, 1.5 gives 2
Variable trunc(const Variable& x);  ///< x without its fraction

// a and b broadcast, with the dtype promotion of a / b. A C++ number takes the dtype of a.
enum class Rounding { floor, trunc };
Variable div(const Variable& a, const Variable& b, Rounding rounding);  ///< a/b, rounded; the gradient is 0
Variable div(const Variable& a, Scalar b, Rounding rounding);
Variable floor_divide(const Variable& a, const Variable& b);  ///< floor(a/b), as `div(a, b, Rounding::floor)`
Variable floor_divide(const Variable& a, Scalar b);
/// a − b floor(a/b), with b's sign, as Python's `%`. The gradients are 1 for a and −floor(a/b) for b.
Variable remainder(const Variable& a, const Variable& b);
Variable remainder(const Variable& a, Scalar b);
/// a − b trunc(a/b), with a's sign, as C's `%`. The gradients are 1 for a and −trunc(a/b) for b.
Variable fmod(const Variable& a, const Variable& b);
Variable fmod(const Variable& a, Scalar b);

}  // namespace xgrad
