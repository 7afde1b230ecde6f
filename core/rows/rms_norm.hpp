#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// Root mean square normalization of `rows` rows of n elements that lie one after another. What a caller does
/// not want is null.
template <class T>
struct RmsNormRows {
  /// y = x · rstd · gamma; leaves each row's rstd = 1/√(mean(x²) + eps).
  void (*rms_norm)(const T* x, const T* gamma, double eps, T* y, T* rstd, std::int64_t rows, std::int64_t n);
  /// dx = rstd · (gγ − x̂ · mean(gγ x̂)) with x̂ = x · rstd and gγ = g · gamma; dgamma += Σ_rows g x̂.
  void (*rms_norm_backward)(const T* g, const T* x, const T* gamma, const T* rstd, T* dx, T* dgamma,
                            std::int64_t rows, std::int64_t n);
};

}  // namespace xgrad::kernels
