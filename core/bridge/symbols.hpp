#pragma once

// xtensor's functions of Symbols: with them the formula of an `elementwise` op is an ordinary xtensor
// expression. Each has the template head of xtensor's function and a constraint, so it wins for Symbols. It
// calls the function of the same name in ops/symbol.hpp, which is no template and so wins over itself.

#include <concepts>
#include <type_traits>

#include <xgrad/core/bridge/xtensor_headers.hpp>
#include <xgrad/core/ops/symbol.hpp>

namespace xgrad::bridge {

template <class... T>
concept HasSymbol = (std::same_as<std::remove_cvref_t<T>, Symbol> || ...);

}  // namespace xgrad::bridge

namespace xt {

#define XGRAD_OF_ONE(name)             \
  template <class E>                   \
  requires xgrad::bridge::HasSymbol<E> \
  inline auto name(E&& e) {            \
    const xgrad::Symbol& x = e;        \
    return name(x);                    \
  }
#define XGRAD_OF_TWO(name)                  \
  template <class E1, class E2>             \
  requires xgrad::bridge::HasSymbol<E1, E2> \
  inline auto name(E1&& e1, E2&& e2) {      \
    const xgrad::Symbol a = e1, b = e2;     \
    return name(a, b);                      \
  }
#define XGRAD_OF_THREE(name)                    \
  template <class E1, class E2, class E3>       \
  requires xgrad::bridge::HasSymbol<E1, E2, E3> \
  inline auto name(E1&& e1, E2&& e2, E3&& e3) { \
    const xgrad::Symbol a = e1, b = e2, c = e3; \
    return name(a, b, c);                       \
  }

XGRAD_OF_ONE(abs)
XGRAD_OF_ONE(fabs)
XGRAD_OF_ONE(sign)
XGRAD_OF_ONE(square)
XGRAD_OF_ONE(cube)
XGRAD_OF_ONE(sqrt)
XGRAD_OF_ONE(exp)
XGRAD_OF_ONE(exp2)
XGRAD_OF_ONE(expm1)
XGRAD_OF_ONE(log)
XGRAD_OF_ONE(log2)
XGRAD_OF_ONE(log10)
XGRAD_OF_ONE(log1p)
XGRAD_OF_ONE(sin)
XGRAD_OF_ONE(cos)
XGRAD_OF_ONE(tan)
XGRAD_OF_ONE(asin)
XGRAD_OF_ONE(acos)
XGRAD_OF_ONE(atan)
XGRAD_OF_ONE(sinh)
XGRAD_OF_ONE(cosh)
XGRAD_OF_ONE(tanh)
XGRAD_OF_ONE(asinh)
XGRAD_OF_ONE(acosh)
XGRAD_OF_ONE(atanh)
XGRAD_OF_ONE(erf)
XGRAD_OF_ONE(erfc)
XGRAD_OF_ONE(floor)
XGRAD_OF_ONE(ceil)
XGRAD_OF_ONE(trunc)
XGRAD_OF_ONE(rint)
XGRAD_OF_ONE(nearbyint)
XGRAD_OF_ONE(isnan)
XGRAD_OF_ONE(isinf)
XGRAD_OF_ONE(isfinite)
XGRAD_OF_TWO(pow)
XGRAD_OF_TWO(atan2)
XGRAD_OF_TWO(fmod)
XGRAD_OF_TWO(maximum)
XGRAD_OF_TWO(minimum)
XGRAD_OF_TWO(fmax)
XGRAD_OF_TWO(fmin)
XGRAD_OF_TWO(equal)
XGRAD_OF_TWO(not_equal)
XGRAD_OF_THREE(where)
XGRAD_OF_THREE(clip)
XGRAD_OF_THREE(fma)

#undef XGRAD_OF_ONE
#undef XGRAD_OF_TWO
#undef XGRAD_OF_THREE

/// A formula has one dtype, that of its inputs: a cast to a floating type changes nothing.
template <class R, class E>
requires xgrad::bridge::HasSymbol<E>
inline auto cast(E&& e) {
  static_assert(std::is_floating_point_v<R>, "a formula has floating numbers only; cast the inputs");
  return xgrad::Symbol(e);
}

}  // namespace xt
