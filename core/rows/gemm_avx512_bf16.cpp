#include <immintrin.h>

#include <xgrad/core/rows/block.hpp>

// The product of BFloat16 with the instruction vdpbf16ps of AVX512-BF16: 16 sums, each of which takes in two
// products at once. Where the tiles of gemm.cpp read a float32, these read a word of 32 bits with a pair of
// neighbours along k. The word is passed on as a float32 whose value means nothing: packing and tiles only
// copy its bits. (Hence -fno-strict-aliasing in cmake/XgradRows.cmake.)

namespace xgrad::kernels {
namespace {

struct MultiplyAddPairs {
  static constexpr std::int64_t elements = 2;
  static std::int64_t count(std::int64_t depth) { return (depth + 1) / 2; }

  template <class B>
  static B step(const B& x, const B& y, const B& sum) {
    const __m512 a = x, b = y;
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
  }

  static float pair(BFloat16 low, BFloat16 high) {
    return bit_cast<float>(low.bits | static_cast<std::uint32_t>(high.bits) << 16);
  }

  // An odd element at the end of the depth is paired with 0.
  static void pack(const BFloat16* from, std::int64_t depth_step, std::int64_t step, std::int64_t depth,
                   const Parts& panels, float* to) {
    const std::int64_t pairs = depth / 2, steps = count(depth);
    const bool lie_side_by_side = depth_step == 1 && step % 2 == 0 && std::uintptr_t(from) % 4 == 0;
    for_each_part(panels, [&](std::int64_t at, std::int64_t size) {
      const BFloat16* const x = from + at * step;
      float* const y = to + at * steps;
      if (lie_side_by_side) {
        pack_panel(reinterpret_cast<const float*>(x), 1, step / 2, pairs, size, panels.length - at, y);
      } else {
        for (std::int64_t p = 0; p < pairs; ++p) {
          const BFloat16 *low = x + 2 * p * depth_step, *high = low + depth_step;
          for (std::int64_t q = 0; q < size; ++q) y[p * size + q] = pair(low[q * step], high[q * step]);
        }
      }
      if (pairs == steps) return;
      const BFloat16* const last = x + 2 * pairs * depth_step;
      for (std::int64_t q = 0; q < size; ++q) y[pairs * size + q] = pair(last[q * step], {0});
    });
  }
};

std::int64_t multiply_pairs(const Product<float, BFloat16>& x, const ProductBatch& batch, float* memory,
                            std::int64_t size) {
  const Plan<MultiplyAddPairs> plan(x);
  if (plan.scratch > size) return plan.scratch;
  for (std::int64_t i = 0; i < batch.count; ++i) {
    multiply(x, x.a.first + i * batch.a_step, x.b.first + i * batch.b_step, x.c + i * batch.c_step, plan,
             memory);
  }
  return 0;
}

constexpr MixedGemmRows make_table() { return {.multiply = multiply_pairs}; }

}  // namespace

XGRAD_ROWS_OF(MixedGemmRows, make_table())

}  // namespace xgrad::kernels
