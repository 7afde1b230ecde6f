#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// gelu over rows of n contiguous elements, g · gelu'(x), and Φ(x). `y` may be any of the inputs.
template <class T>
struct GeluRows {
  using Forward = void (*)(const T* x, T* y, std::int64_t n);
  using Backward = void (*)(const T* g, const T* x, T* y, std::int64_t n);
  Forward exact, tanh, normal_cdf;
  Backward exact_backward, tanh_backward;
};

}  // namespace xgrad::kernels
