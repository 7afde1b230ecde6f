#pragma once

// Functions over the whole of their range. xsimd's exp, log and erf are not: near its ends xsimd's give up
// early (exp overflows at 88.38 instead of 88.72 and knows no subnormal results, log in double takes no
// subnormals, erf in double turns to NaN from 1e154 on and is 68 units in the last place off near 3). For
// rows/*.cpp only.

#include <cstddef>
#include <limits>

#include <xgrad/core/kernels/rows/simd.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
inline Batch<T> exp_of(const Batch<T>& x) {
  constexpr T edge = sizeof(T) == 4 ? T(87) : T(708);
  const auto outside = (x > Batch<T>(edge)) | (x < Batch<T>(-edge));
  if (!any_of(outside)) return exp(x);
  const Batch<T> half = exp(Batch<T>(x * Batch<T>(T(0.5))));  // eˣ = (e^(x/2))²
  return select(outside, Batch<T>(half * half), Batch<T>(exp(x)));
}

template <class T>
inline Batch<T> log_of(const Batch<T>& x) {
  const auto subnormal = x < Batch<T>(std::numeric_limits<T>::min());
  if (!any_of(subnormal)) return log(x);
  constexpr T two_to_60 = T(1152921504606846976.0), log_two_to_60 = T(41.588830833596718565);
  const Batch<T> scaled = log(Batch<T>(x * Batch<T>(two_to_60))) - Batch<T>(log_two_to_60);
  return select(subnormal, scaled, Batch<T>(log(x)));
}

// log(1 + x) by the logarithm of u = 1 + x, whose rounding error cancels in log(u) / (u − 1).
template <class T>
inline Batch<T> log1p_of(const Batch<T>& x) {
  const Batch<T> one(T(1)), u = one + x, rest = u - one;
  const Batch<T> corrected = log_of<T>(u) * (x / rest);
  // where u is 1, x is all that is left; where it is infinite, so is the result
  return select(rest == Batch<T>(T(0)), x,
                Batch<T>(select(u == Batch<T>(std::numeric_limits<T>::infinity()), u, corrected)));
}

// Σ c_i t^i, the highest coefficient first.
template <class T, std::size_t n>
inline Batch<T> polynomial(const Batch<T>& t, const T (&c)[n]) {
  Batch<T> sum(c[0]);
  for (std::size_t i = 1; i < n; ++i) sum = fma(sum, t, Batch<T>(c[i]));
  return sum;
}

template <class T>
inline Batch<T> within(const Batch<T>& x, const Batch<T>& end) {  // a NaN stays a NaN
  return select(x > end, end, Batch<T>(select(x < -end, Batch<T>(-end), x)));
}

template <class T>
inline Batch<T> erf_of(const Batch<T>& x) {
  if constexpr (sizeof(T) == 8) {
    constexpr std::size_t size = Batch<T>::size;
    double lanes[size];
    store<T>(lanes, x);
    for (std::size_t k = 0; k < size; ++k) lanes[k] = std::erf(lanes[k]);
    return load<T>(lanes);
  } else {
    return erf(within<T>(x, Batch<T>(T(6))));  // well beyond where ±1 is reached
  }
}

template <class T>
inline bool any_beyond(const Batch<T>& x, T end) {
  return any_of((x > Batch<T>(end)) | (x < Batch<T>(-end)));
}

// Of large angles, which take a longer π, each lane by itself.
template <class T>
inline Batch<T> sin_of(const Batch<T>& x) {
  if (!any_beyond<T>(x, T(8192))) return sin(x);
  T lanes[Batch<T>::size];
  store<T>(lanes, x);
  for (T& lane : lanes) lane = std::sin(lane);
  return load<T>(lanes);
}
template <class T>
inline Batch<T> cos_of(const Batch<T>& x) {
  if (!any_beyond<T>(x, T(8192))) return cos(x);
  T lanes[Batch<T>::size];
  store<T>(lanes, x);
  for (T& lane : lanes) lane = std::cos(lane);
  return load<T>(lanes);
}

// erf for gelu, in float without an exp and so twice as fast: x p(x²) / q(x²), fitted to erf on [-4, 4] with
// a relative error of 2.5e-8, which rounding makes 3e-7.
template <class T>
inline Batch<T> fast_erf(const Batch<T>& x) {
  if constexpr (sizeof(T) == 8) {
    return erf_of<T>(x);
  } else {
    constexpr T p[] = {1.986780888e-06F, 0.0002845660529F, 0.003883352476F,
                       0.05310177561F,   0.1935452632F,    1.128379139F};
    constexpr T q[] = {3.74201665e-05F, 0.001185573047F, 0.01520726956F, 0.1153500855F, 0.5048575792F, 1};
    const Batch<T> z = within<T>(x, Batch<T>(T(4)));
    const Batch<T> t = z * z;
    return within<T>(Batch<T>(z * polynomial<T>(t, p) / polynomial<T>(t, q)), Batch<T>(T(1)));
  }
}

}  // namespace
}  // namespace xgrad::kernels
