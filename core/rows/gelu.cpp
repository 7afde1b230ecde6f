#include <xgrad/core/rows/gelu.hpp>

#include <xgrad/core/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

constexpr double sqrt_half = 0.70710678118654752440;       // √(1/2)
constexpr double density = 0.39894228040143267794;         // 1/√(2π)
constexpr double sqrt_2_over_pi = 0.79788456080286535588;  // √(2/π)
constexpr double cubic = 0.044715;

template <class T>
using B = Batch<T>;

template <class T>
B<T> number(double value) {
  return B<T>(static_cast<T>(value));
}

// Φ(x), the share of a standard normal below x. In double the left tail has its digits, by erfc.
template <class T>
B<T> below(B<T> x) {
  if constexpr (sizeof(T) == 8) {
    return each_lane<T>(x, [](T a) {
      const T z = a * sqrt_half;
      return 0.5 * (z < -1.25 ? std::erfc(-z) : 1 + std::erf(z));
    });
  } else {
    return number<T>(0.5) * (number<T>(1) + fast_erf<T>(B<T>(x * number<T>(sqrt_half))));
  }
}

// x is clamped to ±40, where the other factor has reached 0 or 1: ∞ · 0 would be NaN.
template <class T>
B<T> exact(B<T> x) {
  return max(number<T>(-40), x) * below<T>(x);
}

template <class T>
B<T> exact_slope(B<T> x) {  // Φ(x) + x φ(x)
  const B<T> z = within<T>(x, number<T>(40));
  return below<T>(z) + z * number<T>(density) * fast_exp<T>(B<T>(number<T>(-0.5) * z * z));
}

// With u = √(2/π) (x + 0.044715 x³), x/2 (1 + tanh u) is x σ(2u), which keeps the digits of the left tail. At
// ±25, σ(2u) has long reached 0 or 1, and x³ does not overflow.
template <class T>
B<T> twice_u(B<T> z) {
  return z * fma(z * z, number<T>(2 * sqrt_2_over_pi * cubic), number<T>(2 * sqrt_2_over_pi));
}

template <class T>
B<T> approximate(B<T> x) {
  return times_sigmoid<T>(B<T>(max(number<T>(-25), x)), twice_u<T>(within<T>(x, number<T>(25))));
}

template <class T>
B<T> approximate_slope(B<T> x) {
  const B<T> z = within<T>(x, number<T>(25));
  const B<T> twice_du = fma(z * z, number<T>(6 * sqrt_2_over_pi * cubic), number<T>(2 * sqrt_2_over_pi));
  return times_sigmoid_slope<T>(z, twice_u<T>(z), twice_du);
}

template <class T>
constexpr GeluRows<T> make_table() {
  GeluRows<T> t{};
  t.exact = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return exact<T>(a); }); };
  t.tanh = [](const T* x, T* y, std::int64_t n) {
    map_row(x, y, n, [](B<T> a) { return approximate<T>(a); });
  };
  t.normal_cdf = [](const T* x, T* y, std::int64_t n) {
    map_row(x, y, n, [](B<T> a) { return below<T>(a); });
  };
  t.exact_backward = [](const T* g, const T* x, T* y, std::int64_t n) {
    zip_row(g, x, y, n, [](B<T> d, B<T> a) { return B<T>(d * exact_slope<T>(a)); });
  };
  t.tanh_backward = [](const T* g, const T* x, T* y, std::int64_t n) {
    zip_row(g, x, y, n, [](B<T> d, B<T> a) { return B<T>(d * approximate_slope<T>(a)); });
  };
  return t;
}

}  // namespace

XGRAD_ROWS(GeluRows, make_table)

}  // namespace xgrad::kernels
