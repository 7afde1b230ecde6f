#include <xgrad/core/rows/bfloat16.hpp>

#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

namespace xgrad::kernels {
namespace {

// The compiler makes vectors of these loops.
void round_each(const float* x, BFloat16* y, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = to_bfloat16(x[i]);
}

void widen(const BFloat16* x, float* y, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = widened(x[i]);
}

#ifdef __AVX512BF16__
// The instruction takes a number below 2⁻¹²⁶ as 0. Batches with such a number are rounded without it.
void round(const float* x, BFloat16* y, std::int64_t n) {
  constexpr int below_normal = 0x20;
  std::int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m512 first = _mm512_loadu_ps(x + i), second = _mm512_loadu_ps(x + i + 16);
    if (_mm512_fpclass_ps_mask(first, below_normal) || _mm512_fpclass_ps_mask(second, below_normal)) {
      round_each(x + i, y + i, 32);
    } else {
      _mm512_storeu_si512(y + i, (__m512i)_mm512_cvtne2ps_pbh(second, first));
    }
  }
  round_each(x + i, y + i, n - i);
}
#else
constexpr auto round = round_each;
#endif

constexpr BFloat16Rows make_table() { return {.round = round, .widen = widen}; }

}  // namespace

XGRAD_ROWS_OF(BFloat16Rows, make_table())

}  // namespace xgrad::kernels
