#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// Functions of one row of n numbers, for the losses and logsumexp.
template <class T>
struct LossRows {
  /// max x and Σ exp(x − max), in one pass.
  void (*log_sum_exp)(const T* x, std::int64_t n, T* max, T* sum_exp);
  /// log Σ exp(x − max), given max and Σ.
  T (*log_of_sum)(const T* x, std::int64_t n, T max, T sum_exp);
  T (*sum_from)(const T* x, T origin, std::int64_t n);  ///< Σ (x − origin)
  /// dx = factor · (exp(x − max) / sum_exp − uniform)
  void (*cross_entropy_gradient)(const T* x, T max, T sum_exp, T uniform, T factor, T* dx, std::int64_t n);
  T (*squared_distance)(const T* a, const T* b, std::int64_t n);  ///< Σ (a − b)²
};

}  // namespace xgrad::kernels
