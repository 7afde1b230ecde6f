#pragma once

// xsimd's batch: as wide as the instruction set allows. For rows/batch.hpp only.

#include <cstddef>
#include <cstdint>

#include <xsimd/xsimd.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using Batch = xsimd::batch<T>;
/// How many numbers a batch holds.
template <class T>
constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);

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

#if defined(__AVX2__) && !defined(__AVX512F__)
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
#ifdef __AVX512F__
  const auto first_n = (1u << n) - 1u;
  if constexpr (sizeof(T) == 4) {
    return _mm512_mask_loadu_ps(_mm512_set1_ps(filling), static_cast<__mmask16>(first_n), x);
  } else {
    return _mm512_mask_loadu_pd(_mm512_set1_pd(filling), static_cast<__mmask8>(first_n), x);
  }
#elif defined(__AVX2__)
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
#ifdef __AVX512F__
  const auto first_n = (1u << n) - 1u;
  if constexpr (sizeof(T) == 4) {
    _mm512_mask_storeu_ps(y, static_cast<__mmask16>(first_n), value);
  } else {
    _mm512_mask_storeu_pd(y, static_cast<__mmask8>(first_n), value);
  }
#elif defined(__AVX2__)
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
#ifdef __AVX512F__
  const auto first_n = (1u << n) - 1u;
  if constexpr (sizeof(T) == 4) {
    return _mm512_mask_mov_ps(_mm512_set1_ps(filling), static_cast<__mmask16>(first_n), value);
  } else {
    return _mm512_mask_mov_pd(_mm512_set1_pd(filling), static_cast<__mmask8>(first_n), value);
  }
#elif defined(__AVX2__)
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
#ifdef __AVX512F__
  const __m128i bytes = _mm_maskz_loadu_epi8(static_cast<__mmask16>((1u << n) - 1u), flags);
  const __mmask16 set = _mm_test_epi8_mask(bytes, bytes);
  if constexpr (sizeof(T) == 4) {
    return _mm512_mask_mov_ps(_mm512_set1_ps(filling), set, value);
  } else {
    return _mm512_mask_mov_pd(_mm512_set1_pd(filling), static_cast<__mmask8>(set), value);
  }
#elif defined(__AVX2__)
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

// 2ⁿ for integers n from −127 to 127, 2⁻¹²⁷ taken as 0: the exponent of a float, put in its place. Not
// xsimd's ldexp, which gives 0 or a subnormal there, depending on its version.
inline Batch<float> power_of_two(const Batch<float>& n) {
  const auto bits = (xsimd::to_int(n) + 127) << 23;
  Batch<float> power;
  static_assert(sizeof(bits) == sizeof(power));
  __builtin_memcpy(&power, &bits, sizeof(power));
  return power;
}

}  // namespace
}  // namespace xgrad::kernels
