#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/bridge/xtensor.hpp>

namespace xgrad {

namespace detail {

// The elements of a contiguous x, as an expression of the simplest kind.
template <class T>
auto flat_xt(const Tensor& x) {
  const std::vector<std::size_t> sizes(x.shape().begin(), x.shape().end());
  return xt::adapt(x.data<T>(), static_cast<std::size_t>(x.numel()), xt::no_ownership(), sizes);
}

// A result of floating numbers is rounded to T; other results stay.
template <class T, class E>
Tensor rounded_xt(const E& expression) {
  static_assert(XtExpression<E>, "map_xt: f returns an xtensor expression");
  if constexpr (std::is_integral_v<typename E::value_type>) {
    return from_xt(expression);
  } else {
    return from_xt(xt::cast<T>(expression));
  }
}

inline DType floating_for_map_xt(DType dtype) { return is_floating(dtype) ? dtype : get_default_dtype(); }

}  // namespace detail

/// The Tensor of the expression f(a), where a is x as an xtensor expression of float or double: x's own
/// dtype, or the default dtype for integers and booleans. No gradient; for the forward of an op that has a
/// rule of its own (`record`). f may be any formula, reductions included.
///
///     Tensor y = map_xt(x, [](const auto& a) { return 1 / (1 + xt::exp(-a)); });
///
/// f is a generic lambda, since it is compiled for float and for double. Its result is evaluated at once and
/// has x's dtype: a literal such as 0.5 makes xtensor compute in double, and the result is rounded. Only
/// booleans and integers stay as `from_xt` gives them. An expression keeps references to the variables that
/// it names, so f returns it in one piece; `const auto b = xt::exp(-a); return 1 / (1 + b);` would refer to a
/// b that is gone.
template <class F>
Tensor map_xt(const Tensor& x, F&& f) {
  check_defined("map_xt", x);
  const Tensor flat = x.to(detail::floating_for_map_xt(x.dtype())).contiguous();
  const auto apply = [&]<class T>(T) {
    const auto a = detail::flat_xt<T>(flat);
    return detail::rounded_xt<T>(f(a));
  };
  return flat.dtype() == float64 ? apply(double{}) : apply(float{});
}

/// f(a, b) of two Tensors. Their dtypes are promoted as in ops: float32 with float64 throws. xtensor
/// broadcasts.
///
///     Tensor y = map_xt(x, z, [](const auto& a, const auto& b) { return a / (1 + xt::exp(-b)); });
template <class F>
Tensor map_xt(const Tensor& x, const Tensor& y, F&& f) {
  check_defined("map_xt", x), check_defined("map_xt", y);
  const DType dtype = detail::floating_for_map_xt(promote("map_xt", x.dtype(), y.dtype()));
  const Tensor flat_x = x.to(dtype).contiguous(), flat_y = y.to(dtype).contiguous();
  const auto apply = [&]<class T>(T) {
    const auto a = detail::flat_xt<T>(flat_x), b = detail::flat_xt<T>(flat_y);
    return detail::rounded_xt<T>(f(a, b));
  };
  return dtype == float64 ? apply(double{}) : apply(float{});
}

}  // namespace xgrad
