#include <xgrad/core/rows/layer_norm.hpp>

#include <cmath>

#include <xgrad/core/rows/loops.hpp>
#include <xgrad/core/rows/range.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;

template <class T>
T mean_of(const T* x, std::int64_t n) {
  Sums<T> sums;
  batches<T>(
      n, [&](std::int64_t i, int k) { sums.of[k] += load<T>(x + i); },
      [&](std::int64_t i, std::int64_t count) { sums.of[0] += load_part<T>(x + i, count, T(0)); });
  return sums.total() / static_cast<T>(n);
}

// One row in double and divided by its largest element, for rows whose squares leave T's range.
template <class T>
void layer_norm_scaled(const T* x, const T* gamma, const T* beta, double eps, T* y, T* mean, T* rstd,
                       std::int64_t n) {
  const double unit = unit_of(x, n);
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) / unit;
  const double center = sum / static_cast<double>(n);
  for (std::int64_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(x[i]) / unit - center;
    squares += d * d;
  }
  const double factor = 1 / std::hypot(unit * std::sqrt(squares / static_cast<double>(n)), std::sqrt(eps));
  for (std::int64_t i = 0; i < n; ++i) {
    const double normalized = (static_cast<double>(x[i]) / unit - center) * (unit * factor);
    y[i] = static_cast<T>(normalized * static_cast<double>(gamma[i]) + static_cast<double>(beta[i]));
  }
  mean[0] = static_cast<T>(center * unit);
  mean[1] = static_cast<T>(center * unit - static_cast<double>(mean[0]));
  rstd[0] = static_cast<T>(factor);
}

// Two passes: the mean, then the spread around it. The first mean of a row far from 0 is off by its own
// rounding; `rest`, which the second pass finds left over, is the mean's second number.
template <class T>
void layer_norm(const T* x, const T* gamma, const T* beta, double eps, T* y, T* mean, T* rstd,
                std::int64_t rows, std::int64_t n) {
  const T size = static_cast<T>(n);
  for (std::int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const T first = mean_of(x, n);
    const B<T> center(first);
    Sums<T> sums, squares;
    batches<T>(
        n,
        [&](std::int64_t i, int k) {
          const B<T> d = load<T>(x + i) - center;
          sums.of[k] += d;
          squares.of[k] = fma(d, d, squares.of[k]);
        },
        [&](std::int64_t i, std::int64_t count) {
          const B<T> d = load_part<T>(x + i, count, first) - center;
          sums.of[0] += d;
          squares.of[0] = fma(d, d, squares.of[0]);
        });
    const T rest = sums.total() / size;
    const T variance = squares.total() / size - rest * rest;
    const T spread = (variance < 0 ? T(0) : variance) + static_cast<T>(eps);
    if (!holds_digits(spread)) {
      layer_norm_scaled(x, gamma, beta, eps, y, mean + 2 * r, rstd + r, n);
      continue;
    }
    mean[2 * r] = first;
    mean[2 * r + 1] = rest;
    rstd[r] = T(1) / std::sqrt(spread);
    const B<T> residue(rest), factor(rstd[r]);
    zip3_row(x, gamma, beta, y, n, [&](B<T> x_i, B<T> gamma_i, B<T> beta_i) {
      return fma(B<T>(((x_i - center) - residue) * factor), gamma_i, beta_i);
    });
  }
}

// One row's Σ gγ and Σ gγ x̂, and where `affine` its share of dgamma and dbeta.
template <bool affine, class T>
void sums_of_row(const T* g, const T* x, const T* gamma, const T* mean, T rstd, T* dgamma, T* dbeta,
                 std::int64_t n, Sums<T>& sums, Sums<T>& products) {
  const B<T> center(mean[0]), residue(mean[1]), factor(rstd);
  batches<T>(
      n,
      [&](std::int64_t i, int k) {
        const B<T> g_i = load<T>(g + i), x_hat = ((load<T>(x + i) - center) - residue) * factor;
        const B<T> scaled = g_i * load<T>(gamma + i);
        sums.of[k] += scaled;
        products.of[k] = fma(scaled, x_hat, products.of[k]);
        if constexpr (affine) {
          store<T>(dgamma + i, fma(g_i, x_hat, load<T>(dgamma + i)));
          store<T>(dbeta + i, B<T>(load<T>(dbeta + i) + g_i));
        }
      },
      [&](std::int64_t i, std::int64_t count) {
        const B<T> g_i = load_part<T>(g + i, count, T(0));
        const B<T> x_hat = ((load_part<T>(x + i, count, T(0)) - center) - residue) * factor;
        const B<T> scaled = g_i * load_part<T>(gamma + i, count, T(0));
        sums.of[0] += scaled;
        products.of[0] = fma(scaled, x_hat, products.of[0]);
        if constexpr (affine) {
          store_part<T>(dgamma + i, fma(g_i, x_hat, load_part<T>(dgamma + i, count, T(0))), count);
          store_part<T>(dbeta + i, B<T>(load_part<T>(dbeta + i, count, T(0)) + g_i), count);
        }
      });
}

template <class T>
void layer_norm_backward(const T* g, const T* x, const T* gamma, const T* mean, const T* rstd, T* dx,
                         T* dgamma, T* dbeta, std::int64_t rows, std::int64_t n) {
  const T size = static_cast<T>(n);
  for (std::int64_t r = 0; r < rows; ++r, g += n, x += n) {
    Sums<T> sums, products;
    if (dgamma) {
      sums_of_row<true>(g, x, gamma, mean + 2 * r, rstd[r], dgamma, dbeta, n, sums, products);
    } else {
      sums_of_row<false>(g, x, gamma, mean + 2 * r, rstd[r], dgamma, dbeta, n, sums, products);
    }
    if (!dx) continue;
    const B<T> mean_g(sums.total() / size), mean_gx(products.total() / size);
    const B<T> center(mean[2 * r]), residue(mean[2 * r + 1]), factor(rstd[r]);
    zip3_row(g, x, gamma, dx, n, [&](B<T> g_i, B<T> x_i, B<T> gamma_i) {
      const B<T> x_hat = ((x_i - center) - residue) * factor;
      return B<T>(factor * (g_i * gamma_i - mean_g - x_hat * mean_gx));
    });
    dx += n;
  }
}

template <class T>
constexpr LayerNormRows<T> make_table() {
  return {.layer_norm = layer_norm<T>, .layer_norm_backward = layer_norm_backward<T>};
}

}  // namespace

XGRAD_ROWS(LayerNormRows, make_table)

}  // namespace xgrad::kernels
