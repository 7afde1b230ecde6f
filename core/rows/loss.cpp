#include <xgrad/core/rows/loss.hpp>

#include <limits>

#include <xgrad/core/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;
template <class T>
constexpr T minus_infinity = -std::numeric_limits<T>::infinity();

template <class T>
T exp_of_number(T x) {
  T lanes[B<T>::size];
  store<T>(lanes, fast_exp<T>(B<T>(x)));
  return lanes[0];
}

// A long row passes through the first-level cache block by block; when a block has a new maximum, the sum so
// far is rescaled to it. A maximum of −∞ is not subtracted: its exponentials are 0 as they are.
template <class T>
void log_sum_exp(const T* x, std::int64_t n, T* max, T* sum_exp) {
  constexpr std::int64_t block = 2048;
  T most = minus_infinity<T>, total = 0;
  for (std::int64_t begin = 0; begin < n; begin += block) {
    const std::int64_t count = n - begin < block ? n - begin : block;
    const T* row = x + begin;
    const T highest = largest_of_row(row, minus_infinity<T>, count);
    if (!(highest <= most)) {
      if (total != 0) total *= exp_of_number(most - highest);
      most = highest;
    }
    const B<T> shift(most == minus_infinity<T> ? T(0) : most);
    Sums<T> sums;
    batches<T>(
        count, [&](std::int64_t i, int k) { sums.of[k] += fast_exp<T>(B<T>(load<T>(row + i) - shift)); },
        [&](std::int64_t i, std::int64_t rest) {
          sums.of[0] += fast_exp<T>(B<T>(load_part<T>(row + i, rest, minus_infinity<T>) - shift));
        });
    total += sums.total();
  }
  *max = most;
  *sum_exp = total;
}

template <class T>
T log_of_sum(const T* x, std::int64_t n, T max, T sum_exp) {
  return sum_exp < tail_ends_at<T> ? log_sum_of_tail(x, max, n) : std::log(sum_exp);
}

// The differences first: a sum of logits far from 0 would not hold their digits.
template <class T>
T sum_from(const T* x, T origin, std::int64_t n) {
  const B<T> start(origin);
  Sums<T> sums;
  batches<T>(
      n, [&](std::int64_t i, int k) { sums.of[k] += load<T>(x + i) - start; },
      [&](std::int64_t i, std::int64_t count) { sums.of[0] += load_part<T>(x + i, count, origin) - start; });
  return sums.total();
}

template <class T>
void softmax_gradient(const T* x, T max, T sum_exp, T uniform, T factor, T* dx, std::int64_t n) {
  const B<T> shift(max), scale(factor / sum_exp), offset(uniform * factor);
  map_row(x, dx, n, [&](B<T> a) { return B<T>(fast_exp<T>(B<T>(a - shift)) * scale - offset); });
}

template <class T>
T squared_distance(const T* a, const T* b, std::int64_t n) {
  Sums<T> sums;
  batches<T>(
      n,
      [&](std::int64_t i, int k) {
        const B<T> d = load<T>(a + i) - load<T>(b + i);
        sums.of[k] = fma(d, d, sums.of[k]);
      },
      [&](std::int64_t i, std::int64_t count) {
        const B<T> d = load_part<T>(a + i, count, T(0)) - load_part<T>(b + i, count, T(0));
        sums.of[0] = fma(d, d, sums.of[0]);
      });
  return sums.total();
}

template <class T>
constexpr LossRows<T> make_table() {
  return {.log_sum_exp = log_sum_exp<T>,
          .log_of_sum = log_of_sum<T>,
          .sum_from = sum_from<T>,
          .softmax_gradient = softmax_gradient<T>,
          .squared_distance = squared_distance<T>};
}

}  // namespace

XGRAD_ROWS(LossRows, make_table)

}  // namespace xgrad::kernels
