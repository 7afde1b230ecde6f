#include <xgrad/core/rows/bfloat16.hpp>

namespace xgrad::kernels {
namespace {

// The compiler makes vectors of these loops.
void round(const float* x, BFloat16* y, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = to_bfloat16(x[i]);
}

void widen(const BFloat16* x, float* y, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = widened(x[i]);
}

constexpr BFloat16Rows make_table() { return {.round = round, .widen = widen}; }

}  // namespace

XGRAD_ROWS_OF(BFloat16Rows, make_table())

}  // namespace xgrad::kernels
