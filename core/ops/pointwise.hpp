#pragma once

#include <optional>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Mathematical functions of each element of a floating Variable, and choices between elements. Any other
// dtype throws, where nothing else is said.

Variable exp(const Variable& x);    ///< e^x
Variable exp2(const Variable& x);   ///< 2^x
Variable expm1(const Variable& x);  ///< e^x − 1, with all its digits near 0
Variable log(const Variable& x);    ///< natural logarithm
Variable log2(const Variable& x);   ///< logarithm to base 2
Variable log10(const Variable& x);  ///< logarithm to base 10
Variable log1p(const Variable& x);  ///< log(1 + x), with all its digits near 0
Variable sqrt(const Variable& x);   ///< √x
Variable rsqrt(const Variable& x);  ///< 1/√x
Variable erf(const Variable& x);    ///< 2/√π ∫₀ˣ exp(−t²) dt
Variable erfc(const Variable& x);   ///< 1 − erf(x), with all its digits where erf(x) is almost 1
Variable abs(const Variable& x);    ///< |x|, of int64 too; the gradient at 0 is 0
Tensor sign(const Variable& x);     ///< −1, 0 or 1, and 0 of NaN, of int64 too; without a gradient

/// min(max(x, low), high), either bound left out as `{}`; `high` where low > high. The gradient is 1 where
/// low ≤ x ≤ high, else 0. Integers stay int64 between integer bounds; a floating bound converts them to the
/// default dtype.
Variable clamp(const Variable& x, std::optional<Scalar> low, std::optional<Scalar> high = {});
/// `clamp` by its other name, NumPy's.
inline Variable clip(const Variable& x, std::optional<Scalar> low, std::optional<Scalar> high = {}) {
  return clamp(x, low, high);
}

/// log(exp(a) + exp(b)) = max(a, b) + log(1 + exp(−|a − b|)), without overflow; a and b broadcast. The
/// gradients are the shares exp(a)/(exp(a) + exp(b)) and exp(b)/(exp(a) + exp(b)); of two equal infinities,
/// 1/2.
Variable logaddexp(const Variable& a, const Variable& b);

/// a where the condition holds, b elsewhere; all three broadcast. The condition is boolean. A number takes
/// the dtype of the other one, as in arithmetic.hpp; two numbers give the default dtype if one is floating.
Variable where(const Variable& condition, const Variable& a, const Variable& b);
Variable where(const Variable& condition, const Variable& a, Scalar b);
Variable where(const Variable& condition, Scalar a, const Variable& b);
Variable where(const Variable& condition, Scalar a, Scalar b);
/// x with `value` wherever the boolean mask, broadcast to x, holds.
Variable masked_fill(const Variable& x, const Variable& mask, Scalar value);

}  // namespace xgrad
