#pragma once

// Functions over the whole of their range. xsimd's exp, log and erf give up before the ends of theirs (exp
// overflows at 88.38 instead of 88.72 and knows no subnormal results, log in double takes no subnormals, erf
// in double turns to NaN from 1e154 on and is 68 units in the last place off near 3). For rows/*.cpp only.

#include <cstddef>
#include <limits>

#include <xgrad/core/rows/lanes.hpp>

namespace xgrad::kernels {
namespace {

// Σ c_i t^i, the highest coefficient first.
template <class T, std::size_t n>
inline Batch<T> polynomial(const Batch<T>& t, const T (&c)[n]) {
  Batch<T> sum(c[0]);
  for (std::size_t i = 1; i < n; ++i) sum = fma(sum, t, Batch<T>(c[i]));
  return sum;
}

// min(max(x, −end), end). With the operands in this order a NaN stays one.
template <class T>
inline Batch<T> within(const Batch<T>& x, const Batch<T>& end) {
  return min(end, max(Batch<T>(-end), x));
}

// The nearest integer, for |x| well below 2^22. The sum with a large number has no room for the fraction.
template <class T>
inline Batch<T> nearest(const Batch<T>& x) {
  const Batch<T> large(sizeof(T) == 4 ? T(12582912) : T(6755399441055744));  // 1.5 · 2^23 and 1.5 · 2^52
  return (x + large) - large;
}

// eˣ for x ≤ 88, such as a score minus the largest score, in half the instructions of xsimd's exp. x = n ln 2
// + r gives 2ⁿ eʳ, with eʳ = 1 + r + r² q(r) fitted on |r| ≤ ½ ln 2 with a relative error of 5e-9. Results
// below 2⁻¹²⁶ lose digits or are 0, that of −∞ is 0.
template <class T>
inline Batch<T> fast_exp(const Batch<T>& x) {
  if constexpr (sizeof(T) == 4) {
    constexpr T q[] = {0.001381446607F, 0.008368780836F, 0.04166839272F, 0.1666651964F, 0.4999999404F};
    const Batch<T> from = max(Batch<T>(T(-88)), x);  // in this order a NaN stays one
    const Batch<T> n = nearest<T>(Batch<T>(from * Batch<T>(T(1.44269504088896340736))));  // log₂ e
    const Batch<T> r = fma(n, Batch<T>(T(2.12194440e-4)), fma(n, Batch<T>(T(-0.693359375)), from));
    const Batch<T> e = fma(r * r, polynomial<T>(r, q), r) + Batch<T>(T(1));
    return e * power_of_two(n);
  } else {
    return exp(x);
  }
}

// eˣ over the whole range of T, subnormal results included.
template <class T>
inline Batch<T> exp_of(const Batch<T>& x) {
  constexpr T edge = sizeof(T) == 4 ? T(87) : T(708);
  const auto outside = (x > Batch<T>(edge)) | (x < Batch<T>(-edge));
  if (!any_of(outside)) return fast_exp<T>(x);
  const Batch<T> middle = within<T>(Batch<T>(x * Batch<T>(T(0.5))), Batch<T>(edge));
  const Batch<T> half = fast_exp<T>(middle);  // eˣ = (e^(x/2))²
  return select(outside, Batch<T>(half * half), fast_exp<T>(x));
}

// 2ˣ over the whole range of T, subnormal results included.
template <class T>
inline Batch<T> exp2_of(const Batch<T>& x) {
  const Batch<T> edge(sizeof(T) == 4 ? T(126) : T(1022));
  const auto outside = (x > edge) | (x < Batch<T>(-edge));
  if (!any_of(outside)) return exp2(x);
  return select(outside, each_lane<T>(x, [](T a) { return std::exp2(a); }), Batch<T>(exp2(x)));
}

// eˣ − 1. Where it is large, it is eˣ.
template <class T>
inline Batch<T> expm1_of(const Batch<T>& x) {
  const auto large = x > Batch<T>(T(50));
  if (!any_of(large)) return expm1(x);
  return select(large, exp_of<T>(x), Batch<T>(expm1(x)));
}

// tanh, which xsimd has. In float it is a polynomial near 0, fitted with a relative error of 3e-9, and
// farther out 1 − 2/(e²ˣ + 1) with x's sign.
template <class T>
inline Batch<T> tanh_of(const Batch<T>& x) {
#ifndef XGRAD_HAVE_XSIMD
  if constexpr (sizeof(T) == 4) {
    constexpr T c[] = {0.0019017993F, -0.007892183F, 0.021575838F, -0.053922124F, 0.13332996F, -0.33333325F};
    const Batch<T> zero(T(0)), one(T(1)), two(T(2)), square = x * x, size = max(Batch<T>(-x), x);
    const Batch<T> near =
        select(square == zero, x, fma(x * square, polynomial<T>(square, c), x));  // keeps −0
    const Batch<T> far = one - two / (fast_exp<T>(min(Batch<T>(T(88)), size + size)) + one);
    return select(size < Batch<T>(T(0.7)), near, select(x < zero, -far, far));
  }
#endif
  return tanh(x);
}

// f σ(v), where σ is the sigmoid. For v < 0 it is f eᵛ / (1 + eᵛ), and eᵛ comes as a square whose root is far
// from underflow: the result keeps its digits where eᵛ alone would have lost them.
template <class T>
inline Batch<T> times_sigmoid(const Batch<T>& f, const Batch<T>& v) {
  const Batch<T> one(T(1)), root = fast_exp<T>(Batch<T>(min(v, Batch<T>(-v)) * Batch<T>(T(0.5))));
  const Batch<T> small = select(v < Batch<T>(T(0)), root, one);
  return f * small / (one + root * root) * small;
}

// d(x σ(v))/dx = σ(v) (1 + x v' σ(−v)), by the same square. x is finite.
template <class T>
inline Batch<T> times_sigmoid_slope(const Batch<T>& x, const Batch<T>& v, const Batch<T>& dv) {
  const Batch<T> one(T(1)), root = fast_exp<T>(Batch<T>(min(v, Batch<T>(-v)) * Batch<T>(T(0.5))));
  const auto negative = v < Batch<T>(T(0));
  const Batch<T> small = select(negative, root, one), share = one / (one + root * root);
  const Batch<T> other = share * Batch<T>(select(negative, one, Batch<T>(root * root)));  // σ(−v)
  return fma(x * dv, other, one) * share * small * small;
}

// A logarithm of subnormal numbers too: log(x) = log(2⁶⁰ x) − log(2⁶⁰).
template <class T, class Log>
inline Batch<T> log_or(const Batch<T>& x, double log_two_to_60, Log log) {
  const auto subnormal = x < Batch<T>(std::numeric_limits<T>::min());
  if (!any_of(subnormal)) return log(x);
  const Batch<T> scaled =
      log(Batch<T>(x * Batch<T>(T(1152921504606846976.0)))) - Batch<T>(static_cast<T>(log_two_to_60));
  return select(subnormal, scaled, log(x));
}
template <class T>
inline Batch<T> log_of(const Batch<T>& x) {
  return log_or<T>(x, 41.588830833596718565, [](const Batch<T>& a) -> Batch<T> { return log(a); });
}
template <class T>
inline Batch<T> log2_of(const Batch<T>& x) {
  return log_or<T>(x, 60, [](const Batch<T>& a) -> Batch<T> { return log2(a); });
}
template <class T>
inline Batch<T> log10_of(const Batch<T>& x) {
  return log_or<T>(x, 18.061799739838871713, [](const Batch<T>& a) -> Batch<T> { return log10(a); });
}

// log(1 + x) by the logarithm of u = 1 + x, whose rounding error cancels in log(u) / (u − 1).
template <class T>
inline Batch<T> log1p_of(const Batch<T>& x) {
  const Batch<T> one(T(1)), u = one + x, rest = u - one;
  const Batch<T> corrected = log_of<T>(u) * (x / rest);
  // If u is 1, the result is x. If u is infinite, so is the result.
  return select(rest == Batch<T>(T(0)), x,
                Batch<T>(select(u == Batch<T>(std::numeric_limits<T>::infinity()), u, corrected)));
}

template <class T>
inline Batch<T> erf_of(const Batch<T>& x) {
  if constexpr (sizeof(T) == 8) {
    return each_lane<T>(x, [](T a) { return std::erf(a); });
  } else {
    return erf(within<T>(x, Batch<T>(T(6))));  // beyond 6, erf is ±1
  }
}

// sin(x + quarters · π/2) for |x| ≤ 8192. First n π/2 with an integer n is subtracted, which brings x to
// within π/4 of 0. π/2 comes in parts (Cody & Waite 1980): all but the last have so few bits that their
// products with n are exact, so the difference keeps its digits even if x is almost n π/2. Within π/4 the two
// polynomials are exact to T's precision.
template <class T>
inline Batch<T> small_sin(const Batch<T>& x, T quarters) {
  const Batch<T> n = nearest<T>(Batch<T>(x * Batch<T>(T(0.63661977236758134308))));  // 2/π
  Batch<T> r, sine, cosine;
  const Batch<T> one(T(1)), half(T(0.5));
  if constexpr (sizeof(T) == 4) {
    r = (((x - n * Batch<T>(1.5703125F)) - n * Batch<T>(4.837512969970703125e-4F)) -
         n * Batch<T>(7.549533620476723e-8F)) -
        n * Batch<T>(2.5633440682570896e-12F);
    constexpr T s[] = {-1.9515295891e-4F, 8.3321608736e-3F, -1.6666654611e-1F};
    constexpr T c[] = {2.443315711809948e-5F, -1.388731625493765e-3F, 4.166664568298827e-2F};
    const Batch<T> z = r * r;
    sine = r + r * z * polynomial<T>(z, s);
    cosine = (one - half * z) + z * z * polynomial<T>(z, c);
  } else {
    r = ((x - n * Batch<T>(1.57079632673412561417)) - n * Batch<T>(6.07710050630396597660e-11)) -
        n * Batch<T>(2.02226624879595063154e-21);
    constexpr T s[] = {1.58969099521155010221e-10,  -2.50507602534068634195e-08, 2.75573137070700676789e-06,
                       -1.98412698298579493134e-04, 8.33333333332248946124e-03,  -1.66666666666666324348e-01};
    constexpr T c[] = {-1.13596475577881948265e-11, 2.08757232129817482790e-09,  -2.75573143513906633035e-07,
                       2.48015872894767294178e-05,  -1.38888888888741095749e-03, 4.16666666666666019037e-02};
    const Batch<T> z = r * r;
    sine = r + r * z * polynomial<T>(z, s);
    cosine = (one - half * z) + z * z * polynomial<T>(z, c);
  }
  const Batch<T> turn = n + Batch<T>(quarters), four(T(4));
  const Batch<T> m = turn - four * nearest<T>(Batch<T>(turn * Batch<T>(T(0.25))));  // in −2, ..., 2
  const Batch<T> square = m * m;  // 1 if m is odd, 4 if m is −2 or 2
  const Batch<T> y = select(square == one, cosine, sine);
  return select((m == Batch<T>(T(-1))) | (square == four), Batch<T>(-y), y);
}

// Large angles need more digits of π: `scalar` computes them, one lane at a time. xsimd's sin is not used for
// them, since it calls functions that are not templates (isa.hpp says why).
template <class T, class Scalar>
inline Batch<T> sin_or(const Batch<T>& x, T quarters, Scalar scalar) {
  const Batch<T> end(T(8192));
  if (!any_of((x > end) | (x < Batch<T>(-end)))) return small_sin<T>(x, quarters);
  return each_lane<T>(x, scalar);
}
template <class T>
inline Batch<T> sin_of(const Batch<T>& x) {
  return sin_or<T>(x, T(0), [](T a) { return std::sin(a); });
}
template <class T>
inline Batch<T> cos_of(const Batch<T>& x) {
  return sin_or<T>(x, T(1), [](T a) { return std::cos(a); });
}

// erf for gelu, in float without an exp and so twice as fast: x p(x²) / q(x²), fitted to erf on [-4, 4] with
// a relative error of 6e-8, which rounding makes 3e-7.
template <class T>
inline Batch<T> fast_erf(const Batch<T>& x) {
  if constexpr (sizeof(T) == 8) {
    return erf_of<T>(x);
  } else {
    constexpr T p[] = {1.986780888e-06F, 0.0002845660529F, 0.003883352476F,
                       0.05310177561F,   0.1935452632F,    1.128379139F};
    constexpr T q[] = {3.74201665e-05F, 0.001185573047F, 0.01520726956F, 0.1153500855F, 0.5048575792F, 1};
    const Batch<T> z = within<T>(x, Batch<T>(T(4)));
    const Batch<T> t = z * z;
    return within<T>(Batch<T>(z * polynomial<T>(t, p) / polynomial<T>(t, q)), Batch<T>(T(1)));
  }
}

}  // namespace
}  // namespace xgrad::kernels
