#pragma once

// Operators between a Tensor or Variable and an xtensor expression: xgrad's, on the expression's value; and
// functions that xtensor has under the same name. xtensor's own take every type beside an expression, a
// Tensor as one number, and would make a lazy function of them. These have the same template heads and more
// constraints, so they win.

#include <concepts>
#include <type_traits>
#include <utility>

#include <xgrad/core/bridge/xtensor.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/rounding.hpp>
#include <xgrad/core/ops/trigonometry.hpp>

namespace xgrad {

namespace detail {

template <class T>
concept TensorOrVariable =
    std::same_as<std::remove_cvref_t<T>, Tensor> || std::same_as<std::remove_cvref_t<T>, Variable>;

// An operand is a Tensor or Variable, and another an xtensor expression.
template <class... Operands>
concept WithXt = (TensorOrVariable<Operands> || ...) && (ForeignArray<Operands> || ...);

// The operand, an expression as a Tensor.
template <ForeignArray Array>
Tensor operand(Array&& array) {
  return std::forward<Array>(array);
}
template <class T>
T&& operand(T&& other) {
  return std::forward<T>(other);
}

}  // namespace detail

template <class A, class B>
requires detail::WithXt<A, B> Variable operator+(A&& a, B&& b) {
  return add(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires detail::WithXt<A, B> Variable operator-(A&& a, B&& b) {
  return sub(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires detail::WithXt<A, B> Variable operator*(A&& a, B&& b) {
  return mul(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires detail::WithXt<A, B> Variable operator/(A&& a, B&& b) {
  return div(std::forward<A>(a), std::forward<B>(b));
}

template <class A, class B>
requires detail::WithXt<A, B> Tensor operator==(A&& a, B&& b) {
  return eq(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires detail::WithXt<A, B> Tensor operator!=(A&& a, B&& b) {
  return ne(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires detail::WithXt<A, B> Tensor operator<(A&& a, B&& b) {
  return lt(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires detail::WithXt<A, B> Tensor operator<=(A&& a, B&& b) {
  return le(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires detail::WithXt<A, B> Tensor operator>(A&& a, B&& b) {
  return gt(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
requires detail::WithXt<A, B> Tensor operator>=(A&& a, B&& b) {
  return ge(std::forward<A>(a), std::forward<B>(b));
}

// xtensor's other operators. A mask and an expression: logical_and, logical_or, or `m & from_xt(expression)`.
template <class A, class B>
requires detail::WithXt<A, B>
void operator%(A&&, B&&) = delete;
template <class A, class B>
requires detail::WithXt<A, B>
void operator&(A&&, B&&) = delete;
template <class A, class B>
requires detail::WithXt<A, B>
void operator|(A&&, B&&) = delete;
template <class A, class B>
requires detail::WithXt<A, B>
void operator^(A&&, B&&) = delete;
template <class A, class B>
requires detail::WithXt<A, B>
void operator&&(A&&, B&&) = delete;
template <class A, class B>
requires detail::WithXt<A, B>
void operator||(A&&, B&&) = delete;

template <class A, class B>
requires detail::WithXt<A, B> Variable maximum(A&& a, B&& b) {
  return maximum(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}
template <class A, class B>
requires detail::WithXt<A, B> Variable minimum(A&& a, B&& b) {
  return minimum(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}
template <class A, class B>
requires detail::WithXt<A, B> Variable atan2(A&& a, B&& b) {
  return atan2(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}
template <class A, class B>
requires detail::WithXt<A, B> Variable fmod(A&& a, B&& b) {
  return fmod(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}
template <class A, class B>
requires detail::WithXt<A, B> Variable remainder(A&& a, B&& b) {
  return remainder(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}
template <class A, class B>
requires detail::WithXt<A, B> Variable pow(A&& a, B&& b) {
  return pow(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}
template <class C, class A, class B>
requires detail::WithXt<C, A, B> Variable where(C&& condition, A&& a, B&& b) {
  return where(detail::operand(std::forward<C>(condition)), detail::operand(std::forward<A>(a)),
               detail::operand(std::forward<B>(b)));
}
template <class A, class B>
requires detail::WithXt<A, B>
bool equal(A&& a, B&& b) {
  return equal(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}
template <class A, class B>
requires detail::WithXt<A, B>
bool allclose(A&& a, B&& b, double rtol = 1e-5, double atol = 1e-8) {
  return allclose(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)), rtol, atol);
}

}  // namespace xgrad
