#pragma once

// Normalizations of the last axis.

#include "reduce.hpp"

namespace reference {

/// y = (x − μ) / √(σ² + eps) · γ + β (Ba, Kiros & Hinton 2016, section 3), σ² without Bessel's correction
template <class T>
xt::xarray<T> layer_norm(const xt::xarray<T>& x, const xt::xarray<T>& gamma, const xt::xarray<T>& beta,
                         T eps) {
  return (x - mean_over(x, {-1})) / xt::sqrt(var_over(x, {-1}, T(0)) + eps) * gamma + beta;
}

/// y = x / √(mean x² + eps) · γ (Zhang & Sennrich 2019, section 4)
template <class T>
xt::xarray<T> rms_norm(const xt::xarray<T>& x, const xt::xarray<T>& gamma, T eps) {
  return x / xt::sqrt(mean_over<T>(xt::square(x), {-1}) + eps) * gamma;
}

}  // namespace reference
