#include <xgrad/core/rows/softmax.hpp>
#include <xgrad/core/rows/softmax_parts.hpp>

namespace xgrad::kernels {
namespace {

// Σ (g − origin) y
template <class T>
T dot_from(T origin, const T* g, const T* y, std::int64_t n) {
  const Batch<T> start(origin);
  Sums<T> dots;
  batches<T>(n, [&](auto at) { dots.of[at.k] = fma(at.load(g, origin) - start, at.load(y), dots.of[at.k]); });
  return dots.total();
}

// dx = y (g − Σ g y). If one class has most of the weight, Σ g y is almost its g, and the difference is lost
// in the rounding of the sum. So the sum is subtracted in two steps: first Σ g y, then Σ (g − Σ g y) y, which
// is the error of the first. Rows of N batches always do both.
template <class T, int N>
void softmax_gradient_of_short_rows(const T* g, const T* y, T scale, T* dx, std::int64_t rows,
                                    std::int64_t n) {
  const auto at = [n](int j) { return batch_of<T, N>(n, j); };
  for (std::int64_t r = 0; r < rows; ++r, g += n, y += n, dx += n) {
    Batch<T> difference[N], weight[N], dots(T(0)), rests(T(0));
    repeat<N>([&](auto j) {
      difference[j] = at(j).load(g);
      weight[j] = at(j).load(y);
      dots = fma(difference[j], weight[j], dots);
    });
    const Batch<T> dot(sum_of<T>(dots));
    repeat<N>([&](auto j) {
      difference[j] = difference[j] - dot;
      rests = fma(difference[j], weight[j], rests);
    });
    const Batch<T> rest(sum_of<T>(rests)), factor(scale);
    repeat<N>([&](auto j) { at(j).store(dx, factor * weight[j] * (difference[j] - rest)); });
  }
}

template <class T>
void softmax_gradient(const T* g, const T* y, T scale, T* dx, std::int64_t rows, std::int64_t n) {
  if (run_short<4, T>(n, [&](auto N) { softmax_gradient_of_short_rows<T, N>(g, y, scale, dx, rows, n); }))
    return;
  const Batch<T> factor(scale);
  for (std::int64_t r = 0; r < rows; ++r, g += n, y += n, dx += n) {
    Sums<T> dots;
    Maxima<T> weights(T(0));
    batches<T>(n, [&](auto at) {
      const Batch<T> weight = at.load(y);
      weights.add(at.k, weight);
      dots.of[at.k] = fma(at.load(g), weight, dots.of[at.k]);
    });
    const T total = dots.total();
    const Batch<T> dot(total);
    if (is_dominated(weights)) {
      const Batch<T> rest(dot_from(total, g, y, n));
      zip_row(g, y, dx, n, [&](Batch<T> a, Batch<T> b) { return factor * b * ((a - dot) - rest); });
    } else {
      zip_row(g, y, dx, n, [&](Batch<T> a, Batch<T> b) { return factor * b * (a - dot); });
    }
  }
}

// The exact row of dx adds up to 0. If one class has most of the weight, its dx is small, and the row's sum
// is the rounding error in it. The sum is subtracted from that class.
template <class T>
void log_softmax_gradient(const T* g, const T* y, T* dx, std::int64_t rows, std::int64_t n) {
  const Batch<T> log_half(T(-0.69314718055994531));
  for (std::int64_t r = 0; r < rows; ++r, g += n, y += n, dx += n) {
    const Batch<T> sum(sum_over<T>(n, [&](auto at) { return at.load(g); }));
    Sums<T> rests;
    Maxima<T> weights(T(0));
    batches<T>(n, [&](auto at) {
      const Batch<T> weight = fast_exp<T>(at.load(y, minus_infinity<T>));
      const Batch<T> d = at.load(g) - weight * sum;
      weights.add(at.k, weight);
      rests.of[at.k] += d;
      at.store(dx, d);
    });
    if (is_dominated(weights)) {
      const Batch<T> rest(rests.total());
      zip_row(dx, y, dx, n, [&](Batch<T> d, Batch<T> b) { return select(b > log_half, d - rest, d); });
    }
  }
}

template <class T>
constexpr SoftmaxGradientRows<T> make_table() {
  return {.softmax = softmax_gradient<T>, .log_softmax = log_softmax_gradient<T>};
}

}  // namespace

XGRAD_ROWS(SoftmaxGradientRows, make_table)

}  // namespace xgrad::kernels
