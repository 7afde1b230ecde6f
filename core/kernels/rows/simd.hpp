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
// xsimd 8 names the sum of the lanes hadd, later versions reduce_add, and 8 has no maximum of the lanes. In
// halves, not one lane after the other: the additions of a half don't wait for each other.
template <class T>
inline T sum_of(const Batch<T>& value) {
#ifdef __AVX512F__
  if constexpr (sizeof(T) == 4) return _mm512_reduce_add_ps(value);
  if constexpr (sizeof(T) == 8) return _mm512_reduce_add_pd(value);
#else
  T lanes[Batch<T>::size];
  value.store_unaligned(lanes);
  for (std::size_t half = Batch<T>::size / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
#endif
}
template <class T>
inline T max_of(const Batch<T>& value) {
  T lanes[Batch<T>::size];
  value.store_unaligned(lanes);
  for (std::size_t half = Batch<T>::size / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
  }
  return lanes[0];
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
  template <class U>
  requires(sizeof(U) < sizeof(T)) Batch(Batch<U> narrow) : value(narrow.value) {}
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

#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX2__) && !defined(__AVX512F__)
// All bits set in the first n lanes of so many bytes each.
template <int bytes>
inline __m256i first_lanes(std::int64_t n) {
  if constexpr (bytes == 4) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  } else {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
  }
}
#endif

/// The end of a row: n elements, fewer than a batch has; `filling` in the other lanes. AVX-512 and AVX have
/// instructions for it.
template <class T>
inline Batch<T> load_part(const T* x, std::int64_t n, T filling) {
#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX512F__)
  const auto first_n = (1u << n) - 1u;
  if constexpr (sizeof(T) == 4) {
    return _mm512_mask_loadu_ps(_mm512_set1_ps(filling), static_cast<__mmask16>(first_n), x);
  } else {
    return _mm512_mask_loadu_pd(_mm512_set1_pd(filling), static_cast<__mmask8>(first_n), x);
  }
#elif defined(XGRAD_HAVE_XSIMD) && defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    const __m256i first_n = first_lanes<4>(n);
    return _mm256_blendv_ps(_mm256_set1_ps(filling), _mm256_maskload_ps(x, first_n),
                            _mm256_castsi256_ps(first_n));
  } else {
    const __m256i first_n = first_lanes<8>(n);
    return _mm256_blendv_pd(_mm256_set1_pd(filling), _mm256_maskload_pd(x, first_n),
                            _mm256_castsi256_pd(first_n));
  }
#else
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  T lanes[width];
  for (std::int64_t k = 0; k < width; ++k) lanes[k] = k < n ? x[k] : filling;
  return load<T>(lanes);
#endif
}
template <class T>
inline void store_part(T* y, const Batch<T>& value, std::int64_t n) {
#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX512F__)
  const auto first_n = (1u << n) - 1u;
  if constexpr (sizeof(T) == 4) {
    _mm512_mask_storeu_ps(y, static_cast<__mmask16>(first_n), value);
  } else {
    _mm512_mask_storeu_pd(y, static_cast<__mmask8>(first_n), value);
  }
#elif defined(XGRAD_HAVE_XSIMD) && defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    _mm256_maskstore_ps(y, first_lanes<4>(n), value);
  } else {
    _mm256_maskstore_pd(y, first_lanes<8>(n), value);
  }
#else
  T lanes[Batch<T>::size];
  store<T>(lanes, value);
  for (std::int64_t k = 0; k < n; ++k) y[k] = lanes[k];
#endif
}

/// A row taken apart: `whole(i, k)` for each full batch, at i, then `part(i, count)` for what is left. k is
/// 0, 1, 2, 3 in turn while there are four more batches, then 0: sums kept apart by it don't wait for each
/// other.
template <class T, class Whole, class Part>
inline void batches(std::int64_t n, Whole whole, Part part) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  std::int64_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    whole(i, 0);
    whole(i + width, 1);
    whole(i + 2 * width, 2);
    whole(i + 3 * width, 3);
  }
  for (; i + width <= n; i += width) whole(i, 0);
  if (i < n) part(i, n - i);
}

// What a row is summed in. In T many lanes keep each sum small; a batch of one has only the four sums, which
// would lose the digits of a long row.
#ifdef XGRAD_HAVE_XSIMD
template <class T>
using Total = T;
#else
template <class T>
using Total = double;
#endif

/// Four sums to be kept apart, and their total.
template <class T>
struct Sums {
  using B = Batch<Total<T>>;
  B of[4] = {B(0), B(0), B(0), B(0)};
  T total() const { return static_cast<T>(sum_of<Total<T>>((of[0] + of[1]) + (of[2] + of[3]))); }
};

/// Four maxima to be kept apart likewise, and the largest.
template <class T>
struct Maxima {
  Batch<T> of[4];
  explicit Maxima(T least) : of{least, least, least, least} {}
  T largest() const { return max_of<T>(max(max(of[0], of[1]), max(of[2], of[3]))); }
};

/// The largest of `least` and of a row, in which NaNs are passed over.
template <class T>
inline T largest_of_row(const T* x, T least, std::int64_t n) {
  Maxima<T> maxima(least);
  batches<T>(
      n, [&](std::int64_t i, int k) { maxima.of[k] = max(load<T>(x + i), maxima.of[k]); },
      [&](std::int64_t i, std::int64_t count) {
        maxima.of[0] = max(load_part<T>(x + i, count, least), maxima.of[0]);
      });
  return maxima.largest();
}

/// y[i] = f(x[i]) with f written on batches. The last part of a row is computed in a padded batch, so that an
/// element's result does not depend on where in the row it stands.
template <class T, class F>
inline void map_row(const T* x, T* y, std::int64_t n, F f) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  std::int64_t i = 0;
  for (; i + width <= n; i += width) store<T>(y + i, f(load<T>(x + i)));
  if (i < n) store_part<T>(y + i, f(load_part<T>(x + i, n - i, x[i])), n - i);
}

/// y[i] = f(a[i], b[i]), likewise.
template <class T, class F>
inline void zip_row(const T* a, const T* b, T* y, std::int64_t n, F f) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  std::int64_t i = 0;
  for (; i + width <= n; i += width) store<T>(y + i, f(load<T>(a + i), load<T>(b + i)));
  if (i < n) {
    const std::int64_t rest = n - i;
    store_part<T>(y + i, f(load_part<T>(a + i, rest, a[i]), load_part<T>(b + i, rest, b[i])), rest);
  }
}

/// The same with a step for each operand: 1, or 0 where a single number stands for the row. Not both are 0.
template <class T, class F>
inline void zip_row(const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* y, std::int64_t n,
                    F f) {
  if (a_step == 0) {
    const Batch<T> number(*a);
    map_row(b, y, n, [&](Batch<T> b_i) { return f(number, b_i); });
  } else if (b_step == 0) {
    const Batch<T> number(*b);
    map_row(a, y, n, [&](Batch<T> a_i) { return f(a_i, number); });
  } else {
    zip_row(a, b, y, n, f);
  }
}

/// y[i] = f(a[i], b[i], c[i]), likewise.
template <class T, class F>
inline void zip3_row(const T* a, const T* b, const T* c, T* y, std::int64_t n, F f) {
  batches<T>(
      n, [&](std::int64_t i, int) { store<T>(y + i, f(load<T>(a + i), load<T>(b + i), load<T>(c + i))); },
      [&](std::int64_t i, std::int64_t count) {
        const auto part = [&](const T* x) { return load_part<T>(x + i, count, x[i]); };
        store_part<T>(y + i, f(part(a), part(b), part(c)), count);
      });
}

}  // namespace
}  // namespace xgrad::kernels
