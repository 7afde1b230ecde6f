#include <xgrad/core/rows/layer_norm.hpp>

#include <cmath>

#include <xgrad/core/rows/loops.hpp>
#include <xgrad/core/rows/squares_range.hpp>

namespace xgrad::kernels {
namespace {

// Row r in double and divided by its largest element, for rows whose squares leave T's range.
template <class T>
void forward_scaled(const LayerNormForward<T>& in, std::int64_t r) {
  const std::int64_t n = in.n;
  const T* x = in.x + r * n;
  T *y = in.y + r * n, *mean = in.mean + 2 * r;
  const double unit = unit_of(x, n);
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) / unit;
  const double center = sum / static_cast<double>(n);
  for (std::int64_t i = 0; i < n; ++i) {
    const double d = static_cast<double>(x[i]) / unit - center;
    squares += d * d;
  }
  const double factor = 1 / std::hypot(unit * std::sqrt(squares / static_cast<double>(n)), std::sqrt(in.eps));
  for (std::int64_t i = 0; i < n; ++i) {
    const double normalized = (static_cast<double>(x[i]) / unit - center) * (unit * factor);
    y[i] = static_cast<T>(normalized * static_cast<double>(in.gamma[i]) + static_cast<double>(in.beta[i]));
  }
  mean[0] = static_cast<T>(center * unit);
  mean[1] = static_cast<T>(center * unit - static_cast<double>(mean[0]));
  in.rstd[r] = static_cast<T>(factor);
}

// x̂ of a row with this mean, the sum of two numbers.
template <class T>
struct Normalize {
  Batch<T> center, residue, rstd;
  Normalize(T center, T residue, T rstd) : center(center), residue(residue), rstd(rstd) {}
  Batch<T> operator()(const Batch<T>& x) const { return ((x - center) - residue) * rstd; }
};

// Two passes: the mean, then the spread around it. The first mean of a row far from 0 is off by its own
// rounding. The second pass finds this rest; it is the mean's second number.
template <class T>
void forward(LayerNormForward<T> in) {
  const std::int64_t n = in.n;
  const T size = static_cast<T>(n);
  for (std::int64_t r = 0; r < in.rows; ++r) {
    const T *x = in.x + r * n, *gamma = in.gamma, *beta = in.beta;
    T *y = in.y + r * n, *mean = in.mean + 2 * r;
    const T first = sum_over<T>(n, [&](auto at) { return at.load(x); }) / size;
    const Batch<T> center(first);
    Sums<T> sums, squares;
    batches<T>(n, [&](auto at) {
      const Batch<T> d = at.load(x, first) - center;
      sums.of[at.k] += d;
      squares.of[at.k] = fma(d, d, squares.of[at.k]);
    });
    const T rest = sums.total() / size;
    const T variance = squares.total() / size - rest * rest;
    const T spread = (variance < 0 ? T(0) : variance) + static_cast<T>(in.eps);
    if (!holds_digits(spread)) {
      forward_scaled(in, r);
      continue;
    }
    const T rstd = T(1) / std::sqrt(spread);
    const Normalize<T> normalize(first, rest, rstd);  // from registers: what was just stored is slow to load
    mean[0] = first;
    mean[1] = rest;
    in.rstd[r] = rstd;
    batches<T>(n, [&](auto at) { at.store(y, fma(normalize(at.load(x)), at.load(gamma), at.load(beta))); });
  }
}

// Adds row r to Σ gγ and Σ gγ x̂ and, if `affine`, to dgamma and dbeta.
template <bool affine, class T>
void add_row(const LayerNormBackward<T>& in, std::int64_t r, Sums<T>& sums, Sums<T>& products) {
  const T *g = in.g + r * in.n, *x = in.x + r * in.n, *gamma = in.gamma;
  T *dgamma = in.dgamma, *dbeta = in.dbeta;
  const Normalize<T> normalize(in.mean[2 * r], in.mean[2 * r + 1], in.rstd[r]);
  batches<T>(in.n, [&](auto at) {
    const Batch<T> g_i = at.load(g), x_hat = normalize(at.load(x));
    const Batch<T> scaled = g_i * at.load(gamma);
    sums.of[at.k] += scaled;
    products.of[at.k] = fma(scaled, x_hat, products.of[at.k]);
    if constexpr (affine) {
      at.store(dgamma, fma(g_i, x_hat, at.load(dgamma)));
      at.store(dbeta, at.load(dbeta) + g_i);
    }
  });
}

template <class T>
void backward(LayerNormBackward<T> in) {
  const std::int64_t n = in.n;
  const T size = static_cast<T>(n);
  for (std::int64_t r = 0; r < in.rows; ++r) {
    Sums<T> sums, products;
    if (in.dgamma) {
      add_row<true>(in, r, sums, products);
    } else {
      add_row<false>(in, r, sums, products);
    }
    if (!in.dx) continue;
    const T *g = in.g + r * n, *x = in.x + r * n, *gamma = in.gamma;
    T* dx = in.dx + r * n;
    const Batch<T> mean_g(sums.total() / size), mean_gx(products.total() / size);
    const Normalize<T> normalize(in.mean[2 * r], in.mean[2 * r + 1], in.rstd[r]);
    batches<T>(n, [&](auto at) {
      const Batch<T> x_hat = normalize(at.load(x));
      at.store(dx, normalize.rstd * (at.load(g) * at.load(gamma) - mean_g - x_hat * mean_gx));
    });
  }
}

template <class T>
constexpr LayerNormRows<T> make_table() {
  return {.forward = forward<T>, .backward = backward<T>};
}

}  // namespace

XGRAD_ROWS(LayerNormRows, make_table)

}  // namespace xgrad::kernels
