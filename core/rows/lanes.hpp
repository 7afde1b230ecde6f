#pragma once

// Functions of the C++ library, one lane at a time. For rows/*.cpp only.

#include <cmath>

#include <xgrad/core/rows/loops.hpp>

namespace xgrad::kernels {
namespace {

// f(x), one lane at a time.
template <class T, class Scalar>
inline Batch<T> each_lane(const Batch<T>& x, Scalar f) {
  T lanes[Batch<T>::size];
  store<T>(lanes, x);
  for (T& lane : lanes) lane = f(lane);
  return load<T>(lanes);
}

#ifndef XGRAD_HAVE_XSIMD
// What xsimd has for its batches.
template <class T>
inline Batch<T> exp(const Batch<T>& x) {
  return each_lane<T>(x, [](T a) { return std::exp(a); });
}
template <class T>
inline Batch<T> exp2(const Batch<T>& x) {
  return each_lane<T>(x, [](T a) { return std::exp2(a); });
}
template <class T>
inline Batch<T> expm1(const Batch<T>& x) {
  return each_lane<T>(x, [](T a) { return std::expm1(a); });
}
template <class T>
inline Batch<T> log(const Batch<T>& x) {
  return each_lane<T>(x, [](T a) { return std::log(a); });
}
template <class T>
inline Batch<T> log2(const Batch<T>& x) {
  return each_lane<T>(x, [](T a) { return std::log2(a); });
}
template <class T>
inline Batch<T> log10(const Batch<T>& x) {
  return each_lane<T>(x, [](T a) { return std::log10(a); });
}
template <class T>
inline Batch<T> tanh(const Batch<T>& x) {
  return each_lane<T>(x, [](T a) { return std::tanh(a); });
}
template <class T>
inline Batch<T> erf(const Batch<T>& x) {
  return each_lane<T>(x, [](T a) { return std::erf(a); });
}
#endif

}  // namespace
}  // namespace xgrad::kernels
