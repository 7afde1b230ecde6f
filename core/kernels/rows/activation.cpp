#include <xgrad/core/kernels/rows/activation.hpp>

#include <xgrad/core/kernels/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;

// 1/(1 + e⁻ˣ), and eˣ/(1 + eˣ) where x is negative: the exponential never overflows.
template <class T>
B<T> sigmoid(B<T> x) {
  const B<T> zero(T(0)), one(T(1));
  const auto negative = x < zero;
  const B<T> small = exp_of<T>(B<T>(select(negative, x, B<T>(-x))));
  return B<T>(select(negative, small, one)) / (one + small);
}

template <class T>
B<T> silu_slope(B<T> x) {
  const B<T> s = sigmoid<T>(x), one(T(1));
  return s * (one + x * (one - s));
}

// max(z, 0) + log(1 + exp(−|z|)): exp never overflows
template <class T>
B<T> log_one_plus_exp(B<T> z) {
  const B<T> zero(T(0));
  const auto positive = z > zero;
  const B<T> small = exp_of<T>(B<T>(select(positive, B<T>(-z), z)));
  return B<T>(select(positive, z, zero)) + log1p_of<T>(small);
}

template <class T>
constexpr ActivationRows<T> make_table() {
  ActivationRows<T> t{};
  t.sigmoid = [](const T* x, T* y, std::int64_t n) {
    map_row(x, y, n, [](B<T> a) { return sigmoid<T>(a); });
  };
  t.sigmoid_backward = [](const T* g, const T* s, T* y, std::int64_t n) {
    zip_row(g, s, y, n, [](B<T> d, B<T> a) { return B<T>(d * a * (B<T>(T(1)) - a)); });
  };
  t.silu = [](const T* x, T* y, std::int64_t n) {
    map_row(x, y, n, [](B<T> a) { return B<T>(a * sigmoid<T>(a)); });
  };
  t.silu_backward = [](const T* g, const T* x, T* y, std::int64_t n) {
    zip_row(g, x, y, n, [](B<T> d, B<T> a) { return B<T>(d * silu_slope<T>(a)); });
  };
  t.softplus = [](const T* x, T beta, T threshold, T* y, std::int64_t n) {
    const B<T> factor(beta), end(threshold);
    map_row(x, y, n, [=](B<T> a) {
      const B<T> z = a * factor;
      return select(z > end, a, B<T>(log_one_plus_exp<T>(z) / factor));
    });
  };
  t.softplus_backward = [](const T* g, const T* x, T beta, T threshold, T* y, std::int64_t n) {
    const B<T> factor(beta), end(threshold);
    zip_row(g, x, y, n, [=](B<T> d, B<T> a) {
      const B<T> z = a * factor;
      return select(z > end, d, B<T>(d * sigmoid<T>(z)));
    });
  };
  return t;
}

}  // namespace

XGRAD_ROWS(ActivationRows, make_table)

}  // namespace xgrad::kernels
