#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// Layer normalization of `rows` rows of n elements that lie one after another. What a caller does not have
/// or want is null. A mean is two numbers, whose sum it is: of a row far from 0, one would not hold its
/// digits.
template <class T>
struct LayerNormRows {
  /// y = (x − mean) · rstd · gamma + beta; leaves each row's mean (two numbers) and 1/√(variance + eps).
  void (*layer_norm)(const T* x, const T* gamma, const T* beta, double eps, T* y, T* mean, T* rstd,
                     std::int64_t rows, std::int64_t n);
  /// dx = rstd · (gγ − mean(gγ) − x̂ · mean(gγ x̂)) with x̂ = (x − mean) · rstd and gγ = g · gamma;
  /// dgamma += Σ_rows g x̂ and dbeta += Σ_rows g.
  void (*layer_norm_backward)(const T* g, const T* x, const T* gamma, const T* mean, const T* rstd, T* dx,
                              T* dgamma, T* dbeta, std::int64_t rows, std::int64_t n);
};

}  // namespace xgrad::kernels
