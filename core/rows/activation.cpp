#include <xgrad/core/rows/activation.hpp>

#include <xgrad/core/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;

// 1/(1 + e⁻ˣ), and eˣ/(1 + eˣ) where x is negative: the exponential never overflows.
template <class T>
B<T> sigmoid(B<T> x) {
  const B<T> one(T(1)), small = exp_of<T>(B<T>(min(x, B<T>(-x))));
  return B<T>(select(x < B<T>(T(0)), small, one)) / (one + small);
}

// σ(x) σ(−x) = (r/(1 + r²))² with r = exp(−|x|/2). Not s (1 − s): where s is almost 1, the difference is
// rounding.
template <class T>
B<T> sigmoid_slope(B<T> x) {
  const B<T> root = fast_exp<T>(B<T>(min(x, B<T>(-x)) * B<T>(T(0.5))));
  const B<T> half_sech = root / fma(root, root, B<T>(T(1)));
  return half_sech * half_sech;
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
  t.sigmoid_backward = [](const T* g, const T* x, T* y, std::int64_t n) {
    zip_row(g, x, y, n, [](B<T> d, B<T> a) { return B<T>(d * sigmoid_slope<T>(a)); });
  };
  t.tanh_backward = [](const T* g, const T* x, T* y, std::int64_t n) {  // tanh'(x) = 4 σ'(2x)
    zip_row(g, x, y, n, [](B<T> d, B<T> a) { return B<T>(d * B<T>(T(4)) * sigmoid_slope<T>(B<T>(a + a))); });
  };
  // x is clamped far out, where σ(x) has reached 0 or 1: ∞ · 0 would be NaN.
  t.silu = [](const T* x, T* y, std::int64_t n) {
    map_row(x, y, n, [](B<T> a) { return times_sigmoid<T>(B<T>(max(B<T>(T(-1000)), a)), a); });
  };
  t.silu_backward = [](const T* g, const T* x, T* y, std::int64_t n) {
    zip_row(g, x, y, n, [](B<T> d, B<T> a) {
      return B<T>(d * times_sigmoid_slope<T>(within<T>(a, B<T>(T(1000))), a, B<T>(T(1))));
    });
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
