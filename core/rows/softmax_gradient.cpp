#include <limits>

#include <xgrad/core/rows/functions.hpp>
#include <xgrad/core/rows/softmax.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;
template <class T>
constexpr T minus_infinity = -std::numeric_limits<T>::infinity();

// Whether one class has more than half of the weight.
template <class T>
bool is_dominated(const Maxima<T>& weights) {
  const B<T> largest = max(max(weights.of[0], weights.of[1]), max(weights.of[2], weights.of[3]));
  return any_of(largest > B<T>(T(0.5)));
}

// Σ (g − origin) y
template <class T>
T dot_from(T origin, const T* g, const T* y, std::int64_t n) {
  const B<T> start(origin);
  Sums<T> dots;
  batches<T>(
      n, [&](std::int64_t i, int k) { dots.of[k] = fma(load<T>(g + i) - start, load<T>(y + i), dots.of[k]); },
      [&](std::int64_t i, std::int64_t count) {
        dots.of[0] =
            fma(load_part<T>(g + i, count, origin) - start, load_part<T>(y + i, count, T(0)), dots.of[0]);
      });
  return dots.total();
}

// dx = y (g − Σ g y). Where one class has most of the weight, Σ g y is almost its g, and the difference is
// lost in the rounding of the sum. So the sum is subtracted in two steps: first Σ g y, then Σ (g − Σ g y) y,
// which is the first one's error. Rows of N batches always do both.
template <class T, int N>
void softmax_backward_of_batches(const T* g, const T* y, T scale, T* dx, std::int64_t rows, std::int64_t n) {
  const auto length = [n](int j) { return part_of<T, N>(n, j); };
  for (std::int64_t r = 0; r < rows; ++r, g += n, y += n, dx += n) {
    B<T> difference[N], weight[N], dots(T(0)), rests(T(0));
    repeat<N>([&](auto j) {
      difference[j] = load_part<T>(g + j * width<T>, length(j), T(0));
      weight[j] = load_part<T>(y + j * width<T>, length(j), T(0));
      dots = fma(difference[j], weight[j], dots);
    });
    const B<T> dot(sum_of<T>(dots));
    repeat<N>([&](auto j) {
      difference[j] = difference[j] - dot;
      rests = fma(difference[j], weight[j], rests);
    });
    const B<T> rest(sum_of<T>(rests)), factor(scale);
    repeat<N>([&](auto j) {
      store_part<T>(dx + j * width<T>, B<T>(factor * weight[j] * (difference[j] - rest)), length(j));
    });
  }
}

template <class T>
void softmax_backward(const T* g, const T* y, T scale, T* dx, std::int64_t rows, std::int64_t n) {
  if (run_short<4, T>(n, [&](auto N) { softmax_backward_of_batches<T, N>(g, y, scale, dx, rows, n); }))
    return;
  const B<T> factor(scale);
  for (std::int64_t r = 0; r < rows; ++r, g += n, y += n, dx += n) {
    Sums<T> dots;
    Maxima<T> weights(T(0));
    batches<T>(
        n,
        [&](std::int64_t i, int k) {
          const B<T> weight = load<T>(y + i);
          weights.of[k] = max(weight, weights.of[k]);
          dots.of[k] = fma(load<T>(g + i), weight, dots.of[k]);
        },
        [&](std::int64_t i, std::int64_t count) {
          const B<T> weight = load_part<T>(y + i, count, T(0));
          weights.of[0] = max(weight, weights.of[0]);
          dots.of[0] = fma(load_part<T>(g + i, count, T(0)), weight, dots.of[0]);
        });
    const T total = dots.total();
    const B<T> dot(total);
    if (is_dominated(weights)) {
      const B<T> rest(dot_from(total, g, y, n));
      zip_row(g, y, dx, n, [&](B<T> a, B<T> b) { return B<T>(factor * b * ((a - dot) - rest)); });
    } else {
      zip_row(g, y, dx, n, [&](B<T> a, B<T> b) { return B<T>(factor * b * (a - dot)); });
    }
  }
}

// The exact row of dx adds up to 0. Where one class has most of the weight, its dx is small, and the row's
// sum is the rounding error in it: that class gives the sum back.
template <class T>
void log_softmax_backward(const T* g, const T* y, T* dx, std::int64_t rows, std::int64_t n) {
  const B<T> log_half(T(-0.69314718055994531));
  for (std::int64_t r = 0; r < rows; ++r, g += n, y += n, dx += n) {
    Sums<T> sums, rests;
    Maxima<T> weights(T(0));
    batches<T>(
        n, [&](std::int64_t i, int k) { sums.of[k] += load<T>(g + i); },
        [&](std::int64_t i, std::int64_t count) { sums.of[0] += load_part<T>(g + i, count, T(0)); });
    const B<T> sum(sums.total());
    batches<T>(
        n,
        [&](std::int64_t i, int k) {
          const B<T> weight = fast_exp<T>(load<T>(y + i)), d = load<T>(g + i) - weight * sum;
          weights.of[k] = max(weight, weights.of[k]);
          rests.of[k] += d;
          store<T>(dx + i, d);
        },
        [&](std::int64_t i, std::int64_t count) {
          const B<T> weight = fast_exp<T>(load_part<T>(y + i, count, minus_infinity<T>));
          const B<T> d = load_part<T>(g + i, count, T(0)) - weight * sum;
          weights.of[0] = max(weight, weights.of[0]);
          rests.of[0] += d;
          store_part<T>(dx + i, d, count);
        });
    if (is_dominated(weights)) {
      const B<T> rest(rests.total());
      zip_row(dx, y, dx, n, [&](B<T> d, B<T> b) { return B<T>(select(b > log_half, B<T>(d - rest), d)); });
    }
  }
}

template <class T>
constexpr SoftmaxGradientRows<T> make_table() {
  return {.softmax = softmax_backward<T>, .log_softmax = log_softmax_backward<T>};
}

}  // namespace

XGRAD_ROWS(SoftmaxGradientRows, make_table)

}  // namespace xgrad::kernels
