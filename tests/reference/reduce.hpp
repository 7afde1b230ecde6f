#pragma once

// Reductions over the given axes, which stay with size 1, so that a result broadcasts against x. Axes are in
// ascending order; negative ones count from the back.
//
// The results are arrays. In xtensor 0.24 a lazy reduction that is broadcast inside an expression reads
// beyond its elements: x − xt::sum(x, {-1}, xt::keep_dims).

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>

namespace reference {

using Axes = std::vector<std::ptrdiff_t>;

template <class E>
using Array = xt::xarray<typename E::value_type>;

/// Σ x
template <class E>
Array<E> sum_over(const E& x, const Axes& axes) {
  return xt::sum(x, axes, xt::keep_dims);
}

/// n = Σ 1
template <class T>
xt::xarray<T> count_over(const xt::xarray<T>& x, const Axes& axes) {
  return sum_over(xt::ones_like(x), axes);
}

/// μ = Σ x / n
template <class T>
xt::xarray<T> mean_over(const xt::xarray<T>& x, const Axes& axes) {
  return sum_over(x, axes) / count_over(x, axes);
}

/// σ² = Σ (x − μ)² / (n − correction)
template <class T>
xt::xarray<T> var_over(const xt::xarray<T>& x, const Axes& axes, T correction = 1) {
  return sum_over(xt::square(x - mean_over(x, axes)), axes) / (count_over(x, axes) - correction);
}

/// σ = √σ²
template <class T>
xt::xarray<T> std_over(const xt::xarray<T>& x, const Axes& axes, T correction = 1) {
  return xt::sqrt(var_over(x, axes, correction));
}

/// max x, or NaN if there is one. xt::amax loses a NaN, depending on its place, and takes −∞ for the lowest
/// finite number.
template <class T>
xt::xarray<T> max_over(const xt::xarray<T>& x, const Axes& axes) {
  const auto larger = [](T a, T b) { return a > b || std::isnan(a) ? a : b; };
  const xt::const_value<T> nothing(-std::numeric_limits<T>::infinity());
  return xt::reduce(xt::make_xreducer_functor(larger, nothing), x, axes, xt::keep_dims);
}

/// min x = −max(−x)
template <class T>
xt::xarray<T> min_over(const xt::xarray<T>& x, const Axes& axes) {
  return -max_over<T>(-x, axes);
}

/// (Σ |x|ᵖ)^(1/p), whose limits are max |x| for p = ∞, min |x| for p = −∞, and the number of x ≠ 0 for p = 0
template <class T>
xt::xarray<T> norm_over(const xt::xarray<T>& x, T p, const Axes& axes) {
  if (std::isinf(p)) return p > 0 ? max_over<T>(xt::abs(x), axes) : min_over<T>(xt::abs(x), axes);
  if (p == 0) return sum_over(xt::cast<T>(xt::not_equal(x, T(0))), axes);
  return xt::pow(sum_over(xt::pow(xt::abs(x), p), axes), 1 / p);
}

}  // namespace reference
