#include <limits>
#include <utility>

#include <xgrad/core/rows/activations.hpp>
#include <xgrad/core/rows/elementwise.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;

template <Unary f, class T>
T scalar(T x) {
  if constexpr (f == Unary::floor) return std::floor(x);
  if constexpr (f == Unary::ceil) return std::ceil(x);
  if constexpr (f == Unary::round) return std::nearbyint(x);
  if constexpr (f == Unary::trunc) return std::trunc(x);
  if constexpr (f == Unary::tan) return std::tan(x);
  if constexpr (f == Unary::asin) return std::asin(x);
  if constexpr (f == Unary::acos) return std::acos(x);
  if constexpr (f == Unary::atan) return std::atan(x);
  if constexpr (f == Unary::sinh) return std::sinh(x);
  if constexpr (f == Unary::cosh) return std::cosh(x);
  if constexpr (f == Unary::asinh) return std::asinh(x);
  if constexpr (f == Unary::acosh)  // musl's has numbers below 1
    return x < 1 ? std::numeric_limits<T>::quiet_NaN() : std::acosh(x);
  if constexpr (f == Unary::atanh) return std::atanh(x);
  if constexpr (f == Unary::erfc) return std::erfc(x);
}

template <Unary f, class T>
B<T> apply(B<T> x, B<T> p, B<T> q) {
  const B<T> zero(T(0)), one(T(1));
  if constexpr (f == Unary::neg) return -x;
  if constexpr (f == Unary::abs) return select(x > zero, x, B<T>(zero - x));  // |−0| = 0 − (−0) = 0
  if constexpr (f == Unary::sign) return select(x > zero, one, B<T>(select(x < zero, B<T>(-one), zero)));
  if constexpr (f == Unary::relu) return select(x < zero, zero, x);  // not max: a NaN stays a NaN
  if constexpr (f == Unary::sqrt) return sqrt(x);
  if constexpr (f == Unary::rsqrt) return one / sqrt(x);
  if constexpr (f == Unary::scale) return x * p;
  if constexpr (f == Unary::add_scalar) return x + p;
  if constexpr (f == Unary::clamp) {
    const B<T> raised = select(x < p, p, x);
    return select(raised > q, q, raised);
  }
  if constexpr (f == Unary::exp) return exp_of<T>(x);
  if constexpr (f == Unary::exp2) return exp2_of<T>(x);
  if constexpr (f == Unary::expm1) return expm1_of<T>(x);
  if constexpr (f == Unary::log) return log_of<T>(x);
  if constexpr (f == Unary::log2) return log2_of<T>(x);
  if constexpr (f == Unary::log10) return log10_of<T>(x);
  if constexpr (f == Unary::log1p) return log1p_of<T>(x);
  if constexpr (f == Unary::sin) return sin_of<T>(x);
  if constexpr (f == Unary::cos) return cos_of<T>(x);
  if constexpr (f == Unary::tanh) return tanh_of<T>(x);
  if constexpr (f == Unary::erf) return erf_of<T>(x);
  if constexpr (f == Unary::sigmoid) return sigmoid<T>(x);
  if constexpr (f == Unary::silu) return silu<T>(x);
  if constexpr (f == Unary::mish) {  // with t = σ(x) and v = t (2 − t), tanh(log(1 + eˣ)) = v/(2 − v)
    const B<T> t = sigmoid<T>(x), two = one + one, v = t * (two - t);
    return max(number<T>(-1000), x) * v / (two - v);
  }
  if constexpr (f == Unary::softplus) {
    const B<T> z = x * p;
    return select(z > q, x, B<T>(log_one_plus_exp<T>(z) / p));
  }
  if constexpr (f == Unary::normal_cdf) return normal_cdf<T>(x);
  if constexpr (f == Unary::gelu) return gelu<T>(x);
  if constexpr (f == Unary::gelu_tanh) return gelu_tanh<T>(x);
}

template <Unary f, class T>
void row(const T* x, T* y, std::int64_t n, [[maybe_unused]] T p, [[maybe_unused]] T q) {
  if constexpr (is_scalar(f)) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = scalar<f, T>(x[i]);
  } else {
    map_row(x, y, n, [p = B<T>(p), q = B<T>(q)](B<T> x_i) { return apply<f, T>(x_i, p, q); });
  }
}

template <class T, int... f>
constexpr UnaryRows<T> make_rows(std::integer_sequence<int, f...>) {
  return {{row<static_cast<Unary>(f), T>...}};
}
template <class T>
constexpr UnaryRows<T> make_table() {
  return make_rows<T>(std::make_integer_sequence<int, static_cast<int>(Unary::count)>());
}

}  // namespace

XGRAD_ROWS(UnaryRows, make_table)

}  // namespace xgrad::kernels
