#include <utility>

#include <xgrad/core/rows/activations.hpp>
#include <xgrad/core/rows/elementwise.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;

template <Binary f, class T>
T scalar(T a, T b) {
  if constexpr (f == Binary::fmod) return std::fmod(a, b);
  if constexpr (f == Binary::remainder) {
    const T rest = std::fmod(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
  if constexpr (f == Binary::floor_divide) {  // not floor of a rounded a/b, which may be the next integer
    if (b == 0) return a / b;
    const T rest = std::fmod(a, b), quotient = std::nearbyint((a - rest) / b);
    const T below = rest != 0 && (rest < 0) != (b < 0) ? quotient - 1 : quotient;
    return below == 0 ? std::copysign(T(0), a / b) : below;
  }
  if constexpr (f == Binary::atan2) return std::atan2(a, b);
  if constexpr (f == Binary::pow) return std::pow(a, b);
}

template <Binary f, class T>
B<T> apply(B<T> a, B<T> b, B<T> p) {
  if constexpr (f == Binary::add) return a + b;
  if constexpr (f == Binary::sub) return a - b;
  if constexpr (f == Binary::mul) return a * b;
  if constexpr (f == Binary::div) return a / b;
  if constexpr (f == Binary::maximum) return select((b > a) | is_nan<T>(b), b, a);
  if constexpr (f == Binary::minimum) return select((b < a) | is_nan<T>(b), b, a);
  if constexpr (f == Binary::weigh) return select(a == B<T>(T(0)), B<T>(T(0)), B<T>(a * b));
  if constexpr (f == Binary::add_scaled) return a + p * b;
  const B<T> zero(T(0)), one(T(1));
  if constexpr (f == Binary::less) return select(a < b, one, zero);
  if constexpr (f == Binary::less_equal) return select(a <= b, one, zero);
  if constexpr (f == Binary::equal) return select(a == b, one, zero);
  if constexpr (f == Binary::chain) return select((a == zero) | (b == zero), zero, B<T>(a * b));
}

// Inlined always: a call for each batch would load the constants anew.
template <Binary f, class T>
[[gnu::always_inline]] inline B<T> apply_backward(B<T> g, B<T> x, B<T> p, B<T> q) {
  const B<T> zero(T(0));
  if constexpr (f == Binary::abs_backward)
    return select(x > zero, g, B<T>(select(x < zero, B<T>(-g), zero)));  // 0 where x is 0 or NaN
  if constexpr (f == Binary::clamp_backward) return select((x < p) | (x > q) | is_nan<T>(x), zero, g);
  if constexpr (f == Binary::sigmoid_backward) return g * sigmoid_slope<T>(x);
  if constexpr (f == Binary::tanh_backward)
    return g * B<T>(T(4)) * sigmoid_slope<T>(B<T>(x + x));  // tanh'(x) = 4 σ'(2x)
  if constexpr (f == Binary::silu_backward) return g * silu_slope<T>(x);
  if constexpr (f == Binary::softplus_backward) {
    const B<T> z = x * p;
    return select(z > q, g, B<T>(g * sigmoid<T>(z)));
  }
  if constexpr (f == Binary::gelu_backward) return g * gelu_slope<T>(x);
  if constexpr (f == Binary::gelu_tanh_backward) return g * gelu_tanh_slope<T>(x);
}

template <Binary f, class T>
void row(const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* y, std::int64_t n, T p, T q) {
  if constexpr (is_scalar(f)) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = scalar<f, T>(a[i * a_step], b[i * b_step]);
  } else if constexpr (takes_numbers(f)) {
    zip_row(a, a_step, b, b_step, y, n,
            [p = B<T>(p)](B<T> a_i, B<T> b_i) { return apply<f, T>(a_i, b_i, p); });
  } else {
    zip_row(a, b, y, n,
            [p = B<T>(p), q = B<T>(q)](B<T> g, B<T> x) { return apply_backward<f, T>(g, x, p, q); });
  }
}

template <class T, int... f>
constexpr BinaryRows<T> make_rows(std::integer_sequence<int, f...>) {
  return {{row<static_cast<Binary>(f), T>...}};
}
template <class T>
constexpr BinaryRows<T> make_table() {
  return make_rows<T>(std::make_integer_sequence<int, static_cast<int>(Binary::count)>());
}

}  // namespace

XGRAD_ROWS(BinaryRows, make_table)

}  // namespace xgrad::kernels
