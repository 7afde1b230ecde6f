#pragma once

// The matrix product, by broadcasting.

#include <xtensor/xarray.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>

namespace reference {

/// c_ij = Σ_k a_ik b_kj: (..., M, K) @ (..., K, N) → (..., M, N). The sum is that of the products of
/// (..., M, K, 1) and (..., 1, K, N).
template <class T>
xt::xarray<T> matmul(const xt::xarray<T>& a, const xt::xarray<T>& b) {
  return xt::sum(xt::expand_dims(a, a.dimension()) * xt::expand_dims(b, b.dimension() - 2), {-2});
}

/// y = x Wᵀ + b, y_i = Σ_k x_k W_ik + b_i: x (..., in), W (out, in), b (out) → (..., out)
template <class T>
xt::xarray<T> linear(const xt::xarray<T>& x, const xt::xarray<T>& weight, const xt::xarray<T>& bias) {
  return xt::sum(xt::expand_dims(x, x.dimension() - 1) * weight, {-1}) + bias;
}

}  // namespace reference
