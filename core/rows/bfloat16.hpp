#pragma once

#include <cstdint>

#include <xgrad/core/base/bfloat16.hpp>
#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

struct BFloat16Rows {
  void (*round)(const float* x, BFloat16* y, std::int64_t n);  ///< y[i] = to_bfloat16(x[i])
  void (*widen)(const BFloat16* x, float* y, std::int64_t n);  ///< y[i] = widened(x[i])
};

}  // namespace xgrad::kernels
