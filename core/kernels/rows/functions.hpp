#pragma once

// exp, log and erf over the whole of their range: near its ends xsimd's give up early (exp overflows at 88.38
// instead of 88.72 and knows no subnormal results, log in double takes no subnormals, erf in double turns to
// NaN from 1e154 on). For rows/*.cpp only.

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

template <class T>
inline Batch<T> erf_of(const Batch<T>& x) {
  const Batch<T> end(T(6));  // where ±1 is reached in double
  return erf(Batch<T>(select(x > end, end, select(x < -end, Batch<T>(-end), x))));
}

}  // namespace
}  // namespace xgrad::kernels
