#pragma once

// Batches of float32 from memory that holds BFloat16. For rows/loops.hpp only.

#include <xgrad/core/base/bfloat16.hpp>
#include <xgrad/core/rows/batch.hpp>
#include <xgrad/core/rows/vector_of.hpp>

namespace xgrad::kernels {
namespace {

/// A whole batch. T is float, so that `load<T>(x)` reads float or BFloat16.
template <class T>
inline Batch<float> load(const BFloat16* x) {
#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX512F__)
  const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
#elif defined(__GNUC__) && __has_builtin(__builtin_convertvector)
  constexpr auto n = width<float>;
  using Halves = VectorOf<std::uint16_t, n>;
  using Words = VectorOf<std::uint32_t, n>;
  const Words words = __builtin_convertvector(*reinterpret_cast<const Halves*>(x), Words) << 16;
  Batch<float> batch;
  static_assert(sizeof(words) == sizeof(batch));
  __builtin_memcpy(&batch, &words, sizeof(batch));
  return batch;
#else
  float lanes[width<float>];
  for (std::int64_t k = 0; k < width<float>; ++k) lanes[k] = widened(x[k]);
  return load<float>(lanes);
#endif
}

/// n elements, at most a batch; `filling` in the other lanes.
template <class T>
inline Batch<float> load_part(const BFloat16* x, std::int64_t n, float filling) {
#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX512F__)
  const auto first_n = static_cast<__mmask16>((1u << n) - 1u);
  const __m512i words = _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(first_n, x)), 16);
  return _mm512_mask_mov_ps(_mm512_set1_ps(filling), first_n, _mm512_castsi512_ps(words));
#else
  float lanes[width<float>];
  for (std::int64_t k = 0; k < width<float>; ++k) lanes[k] = k < n ? widened(x[k]) : filling;
  return load<float>(lanes);
#endif
}

}  // namespace
}  // namespace xgrad::kernels
