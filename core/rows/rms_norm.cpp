#include <xgrad/core/rows/rms_norm.hpp>

#include <cmath>

#include <xgrad/core/rows/loops.hpp>
#include <xgrad/core/rows/range.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;

// √(mean(x²) + eps)
template <class T>
double root_mean_square(const T* x, double eps, std::int64_t n) {
  Sums<T> squares;
  batches<T>(
      n,
      [&](std::int64_t i, int k) {
        const B<T> a = load<T>(x + i);
        squares.of[k] = fma(a, a, squares.of[k]);
      },
      [&](std::int64_t i, std::int64_t count) {
        const B<T> a = load_part<T>(x + i, count, T(0));
        squares.of[0] = fma(a, a, squares.of[0]);
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
void rms_norm(const T* x, const T* gamma, double eps, T* y, T* rstd, std::int64_t rows, std::int64_t n) {
  for (std::int64_t r = 0; r < rows; ++r, x += n, y += n) {
    rstd[r] = static_cast<T>(1 / root_mean_square(x, eps, n));
    const B<T> factor(rstd[r]);
    batches<T>(
        n, [&](std::int64_t i, int) { store<T>(y + i, B<T>(load<T>(x + i) * factor * load<T>(gamma + i))); },
        [&](std::int64_t i, std::int64_t count) {
          const B<T> a = load_part<T>(x + i, count, T(0)), c = load_part<T>(gamma + i, count, T(0));
          store_part<T>(y + i, B<T>(a * factor * c), count);
        });
  }
}

// One row's Σ gγ x̂, and where `affine` its share of dgamma.
template <bool affine, class T>
T product_of_row(const T* g, const T* x, const T* gamma, T rstd, T* dgamma, std::int64_t n) {
  const B<T> factor(rstd);
  Sums<T> products;
  batches<T>(
      n,
      [&](std::int64_t i, int k) {
        const B<T> share = load<T>(g + i) * (load<T>(x + i) * factor);
        products.of[k] = fma(share, load<T>(gamma + i), products.of[k]);
        if constexpr (affine) store<T>(dgamma + i, B<T>(load<T>(dgamma + i) + share));
      },
      [&](std::int64_t i, std::int64_t count) {
        const B<T> share = load_part<T>(g + i, count, T(0)) * (load_part<T>(x + i, count, T(0)) * factor);
        products.of[0] = fma(share, load_part<T>(gamma + i, count, T(0)), products.of[0]);
        if constexpr (affine) {
          store_part<T>(dgamma + i, B<T>(load_part<T>(dgamma + i, count, T(0)) + share), count);
        }
      });
  return products.total();
}

template <class T>
void rms_norm_backward(const T* g, const T* x, const T* gamma, const T* rstd, T* dx, T* dgamma,
                       std::int64_t rows, std::int64_t n) {
  for (std::int64_t r = 0; r < rows; ++r, g += n, x += n) {
    const T product = dgamma ? product_of_row<true>(g, x, gamma, rstd[r], dgamma, n)
                             : product_of_row<false>(g, x, gamma, rstd[r], dgamma, n);
    if (!dx) continue;
    const B<T> factor(rstd[r]), mean(product / static_cast<T>(n));
    zip3_row(g, x, gamma, dx, n, [&](B<T> g_i, B<T> x_i, B<T> gamma_i) {
      return B<T>(factor * (g_i * gamma_i - x_i * factor * mean));
    });
    dx += n;
  }
}

template <class T>
constexpr RmsNormRows<T> make_table() {
  return {.rms_norm = rms_norm<T>, .rms_norm_backward = rms_norm_backward<T>};
}

}  // namespace

XGRAD_ROWS(RmsNormRows, make_table)

}  // namespace xgrad::kernels
