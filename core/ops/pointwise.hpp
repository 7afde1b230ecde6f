#pragma once

#include <optional>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Elementwise functions of one floating Variable; same shape. Any other dtype throws.

Variable exp(const Variable& x);   ///< e^x
Variable log(const Variable& x);   ///< natural logarithm
Variable sqrt(const Variable& x);  ///< √x
Variable tanh(const Variable& x);
Variable erf(const Variable& x);    ///< 2/√π ∫₀ˣ exp(−t²) dt
Variable relu(const Variable& x);   ///< max(x, 0); the gradient at 0 is 0
Variable log1p(const Variable& x);  ///< log(1 + x), with all its digits near 0
Variable rsqrt(const Variable& x);  ///< 1/√x
Variable sin(const Variable& x);
Variable cos(const Variable& x);
Variable abs(const Variable& x);  ///< |x|, of int64 too; the gradient at 0 is 0
Tensor sign(const Variable& x);   ///< −1, 0 or 1, and 0 of NaN, of int64 too; without a gradient

/// min(max(x, low), high), either bound left out as `{}`; `high` where low > high. The gradient is 1 where
/// low ≤ x ≤ high, else 0.
Variable clamp(const Variable& x, std::optional<Scalar> low, std::optional<Scalar> high = {});

enum class Gelu { exact, tanh };
/// Gaussian error linear unit (Hendrycks & Gimpel 2016, section 2): x Φ(x) = x/2 (1 + erf(x/√2)); with
/// `Gelu::tanh` the approximation x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))). Value and slope keep their digits
/// in the left tail, except those of the exact form in float32: they are right to 1e-6 for x < 0, as the
/// tail's digits would cost another exponential.
Variable gelu(const Variable& x, Gelu approximate = Gelu::exact);

/// a where the condition holds, b elsewhere; all three broadcast. The condition is boolean.
Variable where(const Variable& condition, const Variable& a, const Variable& b);
/// x with `value` wherever the boolean mask, broadcast to x, holds.
Variable masked_fill(const Variable& x, const Variable& mask, Scalar value);

}  // namespace xgrad
