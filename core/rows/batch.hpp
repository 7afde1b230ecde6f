#pragma once

// A batch of numbers of one type: xsimd's, or without xsimd a batch of one. For rows/*.cpp only.

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
#ifdef __AVX512F__
  if constexpr (sizeof(T) == 4) return _mm512_reduce_max_ps(value);
  if constexpr (sizeof(T) == 8) return _mm512_reduce_max_pd(value);
#else
  T lanes[Batch<T>::size];
  value.store_unaligned(lanes);
  for (std::size_t half = Batch<T>::size / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
  }
  return lanes[0];
#endif
}
// Not x != x: with AVX-512, xsimd 8 makes that an ordered comparison, which is false for a NaN.
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
  friend bool operator<=(Batch a, Batch b) { return a.value <= b.value; }
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
  friend Batch min(Batch a, Batch b) { return a.value < b.value ? a.value : b.value; }
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

/// How many numbers a batch holds.
template <class T>
constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);

#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX2__) && !defined(__AVX512F__)
// All bits are set in the first n lanes. A lane has `bytes` bytes.
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

/// The end of a row: n elements, at most a batch; `filling` in the other lanes.
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
  T lanes[width<T>];
  for (std::int64_t k = 0; k < width<T>; ++k) lanes[k] = k < n ? x[k] : filling;
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

/// value in the first n lanes, `filling` in the others.
template <class T>
inline Batch<T> keep_part(const Batch<T>& value, std::int64_t n, T filling) {
#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX512F__)
  const auto first_n = (1u << n) - 1u;
  if constexpr (sizeof(T) == 4) {
    return _mm512_mask_mov_ps(_mm512_set1_ps(filling), static_cast<__mmask16>(first_n), value);
  } else {
    return _mm512_mask_mov_pd(_mm512_set1_pd(filling), static_cast<__mmask8>(first_n), value);
  }
#elif defined(XGRAD_HAVE_XSIMD) && defined(__AVX2__)
  if constexpr (sizeof(T) == 4) {
    return _mm256_blendv_ps(_mm256_set1_ps(filling), value, _mm256_castsi256_ps(first_lanes<4>(n)));
  } else {
    return _mm256_blendv_pd(_mm256_set1_pd(filling), value, _mm256_castsi256_pd(first_lanes<8>(n)));
  }
#else
  T lanes[Batch<T>::size];
  store<T>(lanes, value);
  for (std::int64_t k = n; k < width<T>; ++k) lanes[k] = filling;
  return load<T>(lanes);
#endif
}

/// value in those of the first n lanes whose flag is set, `filling` in the others.
template <class T>
inline Batch<T> keep_flagged(const Batch<T>& value, const bool* flags, std::int64_t n, T filling) {
#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX512F__)
  const __m128i bytes = _mm_maskz_loadu_epi8(static_cast<__mmask16>((1u << n) - 1u), flags);
  const __mmask16 set = _mm_test_epi8_mask(bytes, bytes);
  if constexpr (sizeof(T) == 4) {
    return _mm512_mask_mov_ps(_mm512_set1_ps(filling), set, value);
  } else {
    return _mm512_mask_mov_pd(_mm512_set1_pd(filling), static_cast<__mmask8>(set), value);
  }
#elif defined(XGRAD_HAVE_XSIMD) && defined(__AVX2__)
  std::uint64_t word = 0;
  if (n == width<T>) {
    __builtin_memcpy(&word, flags, width<T>);
  } else {
    for (std::int64_t k = 0; k < n; ++k) word |= static_cast<std::uint64_t>(flags[k]) << (8 * k);
  }
  const __m128i bytes = _mm_cvtsi64_si128(static_cast<long long>(word));
  const __m256i zero = _mm256_setzero_si256();
  if constexpr (sizeof(T) == 4) {
    const __m256i set = _mm256_cmpgt_epi32(_mm256_cvtepu8_epi32(bytes), zero);
    return _mm256_blendv_ps(_mm256_set1_ps(filling), value, _mm256_castsi256_ps(set));
  } else {
    const __m256i set = _mm256_cmpgt_epi64(_mm256_cvtepu8_epi64(bytes), zero);
    return _mm256_blendv_pd(_mm256_set1_pd(filling), value, _mm256_castsi256_pd(set));
  }
#else
  T lanes[width<T>];
  store<T>(lanes, value);
  for (std::int64_t k = 0; k < width<T>; ++k) lanes[k] = k < n && flags[k] ? lanes[k] : filling;
  return load<T>(lanes);
#endif
}

}  // namespace
}  // namespace xgrad::kernels
