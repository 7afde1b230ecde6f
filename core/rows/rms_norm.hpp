#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

// Root mean square normalization of `rows` rows of n elements that lie one after another.

/// y = x · rstd · gamma
template <class T>
struct RmsNormForward {
  const T *x, *gamma;
  double eps;
  T *y, *rstd;  ///< each row's 1/√(mean(x²) + eps)
  std::int64_t rows, n;
};

/// dx = rstd · (gγ − x̂ · mean(gγ x̂)) with x̂ = x · rstd and gγ = g · gamma; dgamma += Σ_rows g x̂. dx or
/// dgamma may be null.
template <class T>
struct RmsNormBackward {
  const T *g, *x, *gamma, *rstd;
  T *dx, *dgamma;
  std::int64_t rows, n;
};

template <class T>
struct RmsNormRows {
  void (*forward)(RmsNormForward<T> rows);
  void (*backward)(RmsNormBackward<T> rows);
};

}  // namespace xgrad::kernels
