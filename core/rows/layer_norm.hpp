#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

// Layer normalization of `rows` rows of n elements that lie one after another. A mean is the sum of two
// numbers: one number would not hold the digits of a row far from 0.

/// y = (x − mean) · rstd · gamma + beta
template <class T>
struct LayerNormForward {
  const T *x, *gamma, *beta;
  double eps;
  T *y, *mean, *rstd;  ///< each row's mean (two numbers) and 1/√(variance + eps)
  std::int64_t rows, n;
};

/// dx = rstd · (gγ − mean(gγ) − x̂ · mean(gγ x̂)) with x̂ = (x − mean) · rstd and gγ = g · gamma;
/// dgamma += Σ_rows g x̂ and dbeta += Σ_rows g. dx may be null, or dgamma and dbeta.
template <class T>
struct LayerNormBackward {
  const T *g, *x, *gamma, *mean, *rstd;
  T *dx, *dgamma, *dbeta;
  std::int64_t rows, n;
};

template <class T>
struct LayerNormRows {
  void (*forward)(LayerNormForward<T> rows);
  void (*backward)(LayerNormBackward<T> rows);
};

}  // namespace xgrad::kernels
