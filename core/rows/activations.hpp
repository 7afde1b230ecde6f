#pragma once

// The parts of activations and of their derivatives. For rows/*.cpp only.

#include <xgrad/core/base/constants.hpp>
#include <xgrad/core/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
Batch<T> number(double value) {
  return Batch<T>(static_cast<T>(value));
}

// 1/(1 + e⁻ˣ), and eˣ/(1 + eˣ) where x is negative: the exponential never overflows.
template <class T>
Batch<T> sigmoid(Batch<T> x) {
  const Batch<T> one(T(1)), small = exp_of<T>(Batch<T>(min(x, Batch<T>(-x))));
  return Batch<T>(select(x < Batch<T>(T(0)), small, one)) / (one + small);
}

// σ(x) σ(−x) = (r/(1 + r²))² with r = exp(−|x|/2). Not s (1 − s): where s is almost 1, the difference is
// rounding.
template <class T>
Batch<T> sigmoid_slope(Batch<T> x) {
  const Batch<T> root = fast_exp<T>(Batch<T>(min(x, Batch<T>(-x)) * Batch<T>(T(0.5))));
  const Batch<T> half_sech = root / fma(root, root, Batch<T>(T(1)));
  return half_sech * half_sech;
}

// x is clamped far out, where σ(x) has reached 0 or 1: ∞ · 0 would be NaN.
template <class T>
Batch<T> silu(Batch<T> x) {
  return times_sigmoid<T>(Batch<T>(max(number<T>(-1000), x)), x);
}
template <class T>
Batch<T> silu_slope(Batch<T> x) {
  return times_sigmoid_slope<T>(within<T>(x, number<T>(1000)), x, number<T>(1));
}

// max(z, 0) + log(1 + exp(−|z|)): the exponential never overflows.
template <class T>
Batch<T> log_one_plus_exp(Batch<T> z) {
  const Batch<T> zero(T(0));
  const auto positive = z > zero;
  const Batch<T> small = exp_of<T>(Batch<T>(select(positive, Batch<T>(-z), z)));
  return Batch<T>(select(positive, z, zero)) + log1p_of<T>(small);
}

// Φ(x), the share of a standard normal below x. In double the left tail keeps its digits, by erfc.
template <class T>
Batch<T> normal_cdf(Batch<T> x) {
  constexpr double sqrt_half = 0.70710678118654752440;
  if constexpr (sizeof(T) == 8) {
    return each_lane<T>(x, [](T a) {
      const T z = a * sqrt_half;
      return 0.5 * (z < -1.25 ? std::erfc(-z) : 1 + std::erf(z));
    });
  } else {
    return number<T>(0.5) * (number<T>(1) + fast_erf<T>(Batch<T>(x * number<T>(sqrt_half))));
  }
}

// x is clamped where the other factor has reached 0: at −40, and in the slope at 40 too. ∞ · 0 would be NaN.
template <class T>
Batch<T> gelu(Batch<T> x) {
  return max(number<T>(-40), x) * normal_cdf<T>(x);
}
template <class T>
[[gnu::always_inline]] inline Batch<T> gelu_slope(Batch<T> x) {  // Φ(x) + x φ(x)
  const Batch<T> z = within<T>(x, number<T>(40));
  const Batch<T> x_density =
      z * number<T>(one_over_sqrt_2pi) * fast_exp<T>(Batch<T>(number<T>(-0.5) * z * z));
  return normal_cdf<T>(z) + x_density;
}

// With u = √(2/π) (x + 0.044715 x³), x/2 (1 + tanh u) is x σ(2u), which keeps the digits of the left tail. At
// ±25, σ(2u) has long reached 0 or 1, and x³ does not overflow.
template <class T>
Batch<T> twice_u(Batch<T> z) {
  return z * fma(z * z, number<T>(2 * sqrt_2_over_pi * gelu_cubic), number<T>(2 * sqrt_2_over_pi));
}
template <class T>
Batch<T> gelu_tanh(Batch<T> x) {
  return times_sigmoid<T>(Batch<T>(max(number<T>(-25), x)), twice_u<T>(within<T>(x, number<T>(25))));
}
template <class T>
Batch<T> gelu_tanh_slope(Batch<T> x) {
  const Batch<T> z = within<T>(x, number<T>(25));
  const Batch<T> twice_du =
      fma(z * z, number<T>(6 * sqrt_2_over_pi * gelu_cubic), number<T>(2 * sqrt_2_over_pi));
  return times_sigmoid_slope<T>(z, twice_u<T>(z), twice_du);
}

}  // namespace
}  // namespace xgrad::kernels
