#pragma once

// A batch of numbers of one type, as wide as the instruction set this file is compiled for: xsimd's, or
// without xsimd a batch of one. For rows/*.cpp only.

#include <cmath>
#include <cstdint>

#ifdef XGRAD_HAVE_XSIMD
#include <xsimd/xsimd.hpp>
#endif

namespace xgrad::kernels {
namespace {

#ifdef XGRAD_HAVE_XSIMD

template <class T>
using Batch = xsimd::batch<T>;

template <class T>
inline Batch<T> load(const T* x) {
  return Batch<T>::load_unaligned(x);
}
template <class T>
inline void store(T* y, const Batch<T>& value) {
  value.store_unaligned(y);
}
// xsimd 8 names the sum of the lanes hadd, later versions reduce_add, and 8 has no maximum of the lanes.
template <class T>
inline T sum_of(const Batch<T>& value) {
  T lanes[Batch<T>::size];
  value.store_unaligned(lanes);
  for (std::size_t half = Batch<T>::size / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}
template <class T>
inline T max_of(const Batch<T>& value) {
  T lanes[Batch<T>::size];
  value.store_unaligned(lanes);
  T best = lanes[0];
  for (T lane : lanes) best = lane > best ? lane : best;
  return best;
}
// Not x != x, which xsimd 8 compares in an ordered way with AVX-512: false of NaN.
template <class T>
inline auto is_nan(const Batch<T>& x) {
  return xsimd::isnan(x);
}
template <class Condition>
inline bool any_of(const Condition& condition) {
  return xsimd::any(condition);
}

#else

template <class T>
struct Batch {
  static constexpr std::size_t size = 1;
  T value;
  Batch() = default;
  Batch(T number) : value(number) {}
  friend Batch operator+(Batch a, Batch b) { return a.value + b.value; }
  friend Batch operator-(Batch a, Batch b) { return a.value - b.value; }
  friend Batch operator*(Batch a, Batch b) { return a.value * b.value; }
  friend Batch operator/(Batch a, Batch b) { return a.value / b.value; }
  friend Batch operator-(Batch a) { return -a.value; }
  Batch& operator+=(Batch b) { return *this = *this + b; }
  Batch& operator*=(Batch b) { return *this = *this * b; }
  friend bool operator<(Batch a, Batch b) { return a.value < b.value; }
  friend bool operator>(Batch a, Batch b) { return a.value > b.value; }
  friend bool operator==(Batch a, Batch b) { return a.value == b.value; }
  friend bool operator!=(Batch a, Batch b) { return a.value != b.value; }
  friend Batch exp(Batch a) { return std::exp(a.value); }
  friend Batch log(Batch a) { return std::log(a.value); }
  friend Batch sqrt(Batch a) { return std::sqrt(a.value); }
  friend Batch tanh(Batch a) { return std::tanh(a.value); }
  friend Batch erf(Batch a) { return std::erf(a.value); }
  friend Batch pow(Batch a, Batch b) { return std::pow(a.value, b.value); }
  friend Batch fma(Batch a, Batch b, Batch c) { return a.value * b.value + c.value; }
  friend Batch max(Batch a, Batch b) { return a.value > b.value ? a.value : b.value; }
  friend Batch select(bool condition, Batch a, Batch b) { return condition ? a : b; }
};

template <class T>
inline Batch<T> load(const T* x) {
  return *x;
}
template <class T>
inline void store(T* y, const Batch<T>& value) {
  *y = value.value;
}
template <class T>
inline T sum_of(const Batch<T>& value) {
  return value.value;
}
template <class T>
inline T max_of(const Batch<T>& value) {
  return value.value;
}
template <class T>
inline bool is_nan(const Batch<T>& x) {
  return x.value != x.value;
}
inline bool any_of(bool condition) { return condition; }

#endif

/// y[i] = f(x[i]) with f written on batches. The last part of a row is computed in a padded batch, so that an
/// element's result does not depend on where in the row it stands.
template <class T, class F>
inline void map_row(const T* x, T* y, std::int64_t n, F f) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  std::int64_t i = 0;
  for (; i + width <= n; i += width) store<T>(y + i, f(load<T>(x + i)));
  if (i < n) {
    T in[width], out[width];
    for (std::int64_t k = 0; k < width; ++k) in[k] = x[i + k < n ? i + k : n - 1];
    store<T>(out, f(load<T>(in)));
    for (std::int64_t k = 0; i + k < n; ++k) y[i + k] = out[k];
  }
}

/// y[i] = f(a[i], b[i]), likewise.
template <class T, class F>
inline void zip_row(const T* a, const T* b, T* y, std::int64_t n, F f) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  std::int64_t i = 0;
  for (; i + width <= n; i += width) store<T>(y + i, f(load<T>(a + i), load<T>(b + i)));
  if (i < n) {
    T left[width], right[width], out[width];
    for (std::int64_t k = 0; k < width; ++k) {
      left[k] = a[i + k < n ? i + k : n - 1];
      right[k] = b[i + k < n ? i + k : n - 1];
    }
    store<T>(out, f(load<T>(left), load<T>(right)));
    for (std::int64_t k = 0; i + k < n; ++k) y[i + k] = out[k];
  }
}

}  // namespace
}  // namespace xgrad::kernels
