#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// Elementwise functions over rows of n contiguous elements. `y` may be `x`.
template <class T>
struct MathRows {
  using Unary = void (*)(const T* x, T* y, std::int64_t n);
  /// A step is 1, or 0 where a single number stands for the row; not both are 0.
  using Binary = void (*)(const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* y,
                          std::int64_t n);
  Unary neg, exp, log, sqrt, tanh, erf, relu, log1p, rsqrt, abs, sin, cos;
  Binary add, sub, mul, div, pow;
  Binary maximum, minimum;                                         ///< NaN where either is
  Binary mul_by_sign;                                              ///< a · sign(b), 0 where b is 0 or NaN
  Binary weigh;                                                    ///< a · b, 0 where a is 0
  void (*clamp)(const T* x, T low, T high, T* y, std::int64_t n);  ///< min(max(x, low), high)
  /// g where low ≤ x ≤ high, else 0.
  void (*clamp_backward)(const T* g, const T* x, T low, T high, T* y, std::int64_t n);
  void (*scale)(const T* x, T factor, T* y, std::int64_t n);       ///< y = factor · x
  void (*add_scalar)(const T* x, T value, T* y, std::int64_t n);   ///< y = x + value
  void (*add_scaled)(const T* x, T factor, T* y, std::int64_t n);  ///< y += factor · x
};

}  // namespace xgrad::kernels
