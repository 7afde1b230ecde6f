#pragma once

// Activations.

#include <cmath>

#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>

namespace reference {

/// max(x, 0), and NaN of NaN, which xt::maximum would drop
template <class T>
xt::xarray<T> relu(const xt::xarray<T>& x) {
  return xt::where(x < T(0), T(0), x);
}

/// σ(x) = 1 / (1 + exp(−x))
template <class T>
xt::xarray<T> sigmoid(const xt::xarray<T>& x) {
  return 1 / (1 + xt::exp(-x));
}

/// x σ(x) (Elfwing, Uchibe & Doya 2018, section 2)
template <class T>
xt::xarray<T> silu(const xt::xarray<T>& x) {
  return x / (1 + xt::exp(-x));
}

/// x Φ(x), Φ(x) = (1 + erf(x/√2)) / 2 = erfc(−x/√2) / 2 (Hendrycks & Gimpel 2016, section 2)
template <class T>
xt::xarray<T> gelu(const xt::xarray<T>& x) {
  return x * xt::erfc(-x / std::sqrt(T(2))) / 2;
}

/// x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks & Gimpel 2016, section 2)
template <class T>
xt::xarray<T> gelu_tanh(const xt::xarray<T>& x) {
  return x / 2 *
         (1 + xt::tanh(std::sqrt(2 / xt::numeric_constants<T>::PI) * (x + T(0.044715L) * xt::cube(x))));
}

/// log(1 + exp(βx)) / β, or x where βx > threshold
template <class T>
xt::xarray<T> softplus(const xt::xarray<T>& x, T beta = 1, T threshold = 20) {
  return xt::where(beta * x > threshold, x, xt::log1p(xt::exp(beta * x)) / beta);
}

/// x tanh(log(1 + exp x)) (Misra 2019, section 2)
template <class T>
xt::xarray<T> mish(const xt::xarray<T>& x) {
  return x * xt::tanh(xt::log1p(xt::exp(x)));
}

}  // namespace reference
