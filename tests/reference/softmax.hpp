#pragma once

// Softmax, by itself and of masked scores. Subtracting the row's maximum changes no quotient, and no
// exponential overflows.

#include "reduce.hpp"

namespace reference {

/// log Σ exp x = m + log Σ exp(x − m), m = max x, or 0 if that is infinite
template <class T>
xt::xarray<T> logsumexp(const xt::xarray<T>& x, const Axes& axes) {
  const xt::xarray<T> largest = max_over(x, axes), m = xt::where(xt::isinf(largest), T(0), largest);
  return m + xt::log(sum_over(xt::exp(x - m), axes));
}

/// y_i = exp x_i / Σ_j exp x_j
template <class T>
xt::xarray<T> softmax(const xt::xarray<T>& x, std::ptrdiff_t axis = -1) {
  const xt::xarray<T> e = xt::exp(x - max_over(x, {axis}));
  return e / sum_over(e, {axis});
}

/// log y_i = x_i − log Σ_j exp x_j
template <class T>
xt::xarray<T> log_softmax(const xt::xarray<T>& x, std::ptrdiff_t axis = -1) {
  return x - logsumexp(x, {axis});
}

/// A mask that is added to scores: 0 where `keep` is true, −∞ elsewhere.
template <class T>
xt::xarray<T> additive(const xt::xarray<bool>& keep) {
  return xt::where(keep, T(0), -std::numeric_limits<T>::infinity());
}

/// softmax(x + mask). What the mask hides with −∞ has weight 0, whatever its score, and so has all of a row
/// that is hidden as a whole.
template <class T>
xt::xarray<T> masked_softmax(const xt::xarray<T>& x, const xt::xarray<T>& mask) {
  constexpr T hidden = -std::numeric_limits<T>::infinity();
  const xt::xarray<T> scores = xt::where(mask > hidden, x + mask, hidden);
  return xt::where(max_over(mask, {-1}) > hidden, softmax(scores), T(0));
}

}  // namespace reference
