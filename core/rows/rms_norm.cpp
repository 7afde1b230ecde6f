#include <xgrad/core/rows/rms_norm.hpp>

#include <cmath>

#include <xgrad/core/rows/loops.hpp>
#include <xgrad/core/rows/squares_range.hpp>

namespace xgrad::kernels {
namespace {

// √(mean(x²) + eps)
template <class T>
double root_mean_square(const T* x, double eps, std::int64_t n) {
  Sums<T> squares;
  batches<T>(n, [&](auto at) {
    const Batch<T> a = at.load(x);
    squares.of[at.k] = fma(a, a, squares.of[at.k]);
  });
  const double mean = static_cast<double>(squares.total()) / static_cast<double>(n);
  if (holds_digits(static_cast<T>(mean + eps))) return std::sqrt(mean + eps);
  // The squares leave T's range: once more in double, divided by the largest element.
  const double unit = unit_of(x, n);
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double a = static_cast<double>(x[i]) / unit;
    sum += a * a;
  }
  return std::hypot(unit * std::sqrt(sum / static_cast<double>(n)), std::sqrt(eps));
}

template <class T>
void forward(RmsNormForward<T> in) {
  for (std::int64_t r = 0; r < in.rows; ++r) {
    const T *x = in.x + r * in.n, *gamma = in.gamma;
    T* y = in.y + r * in.n;
    in.rstd[r] = static_cast<T>(1 / root_mean_square(x, in.eps, in.n));
    const Batch<T> factor(in.rstd[r]);
    batches<T>(in.n, [&](auto at) { at.store(y, at.load(x) * factor * at.load(gamma)); });
  }
}

// Row r's Σ gγ x̂. If `affine`, its share is added to dgamma.
template <bool affine, class T>
T product_of_row(const RmsNormBackward<T>& in, std::int64_t r) {
  const T *g = in.g + r * in.n, *x = in.x + r * in.n, *gamma = in.gamma;
  T* dgamma = in.dgamma;
  const Batch<T> factor(in.rstd[r]);
  Sums<T> products;
  batches<T>(in.n, [&](auto at) {
    const Batch<T> share = at.load(g) * (at.load(x) * factor);
    products.of[at.k] = fma(share, at.load(gamma), products.of[at.k]);
    if constexpr (affine) at.store(dgamma, at.load(dgamma) + share);
  });
  return products.total();
}

template <class T>
void backward(RmsNormBackward<T> in) {
  const std::int64_t n = in.n;
  for (std::int64_t r = 0; r < in.rows; ++r) {
    const T product = in.dgamma ? product_of_row<true>(in, r) : product_of_row<false>(in, r);
    if (!in.dx) continue;
    const T *g = in.g + r * n, *x = in.x + r * n, *gamma = in.gamma;
    T* dx = in.dx + r * n;
    const Batch<T> factor(in.rstd[r]), mean(product / static_cast<T>(n));
    batches<T>(n, [&](auto at) {
      at.store(dx, factor * (at.load(g) * at.load(gamma) - at.load(x) * factor * mean));
    });
  }
}

template <class T>
constexpr RmsNormRows<T> make_table() {
  return {.forward = forward<T>, .backward = backward<T>};
}

}  // namespace

XGRAD_ROWS(RmsNormRows, make_table)

}  // namespace xgrad::kernels
