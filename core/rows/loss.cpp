#include <xgrad/core/rows/loss.hpp>

#include <xgrad/core/rows/softmax_parts.hpp>

namespace xgrad::kernels {
namespace {

// A long row passes through the first-level cache block by block. When a block has a new maximum, the sum so
// far is scaled to it.
template <class T>
void log_sum_exp(const T* x, std::int64_t n, T* max, T* sum_exp) {
  constexpr std::int64_t block = 2048;
  T most = minus_infinity<T>, total = 0;
  for (std::int64_t begin = 0; begin < n; begin += block) {
    const std::int64_t count = n - begin < block ? n - begin : block;
    const T highest = largest_of_row(x + begin, minus_infinity<T>, count);
    if (!(highest <= most)) {
      if (total != 0) total *= exp_of_number(most - highest);
      most = highest;
    }
    total += sum_of_exp(x + begin, shift_for(most), count);
  }
  *max = most;
  *sum_exp = total;
}

template <class T>
T log_of_sum(const T* x, std::int64_t n, T max, T sum_exp) {
  return sum_exp < tail_ends_at<T> ? log_sum_of_tail(x, max, n) : std::log(sum_exp);
}

// The differences first: a sum of logits far from 0 would lose their digits.
template <class T>
T sum_from(const T* x, T origin, std::int64_t n) {
  const Batch<T> start(origin);
  return sum_over<T>(n, [&](auto at) { return at.load(x, origin) - start; });
}

template <class T>
void cross_entropy_gradient(const T* x, T max, T sum_exp, T uniform, T factor, T* dx, std::int64_t n) {
  const Batch<T> shift(max), scale(factor / sum_exp), offset(uniform * factor);
  map_row(x, dx, n, [&](Batch<T> a) { return fast_exp<T>(a - shift) * scale - offset; });
}

template <class T>
T squared_distance(const T* a, const T* b, std::int64_t n) {
  Sums<T> sums;
  batches<T>(n, [&](auto at) {
    const Batch<T> d = at.load(a) - at.load(b);
    sums.of[at.k] = fma(d, d, sums.of[at.k]);
  });
  return sums.total();
}

template <class T>
constexpr LossRows<T> make_table() {
  return {.log_sum_exp = log_sum_exp<T>,
          .log_of_sum = log_of_sum<T>,
          .sum_from = sum_from<T>,
          .cross_entropy_gradient = cross_entropy_gradient<T>,
          .squared_distance = squared_distance<T>};
}

}  // namespace

XGRAD_ROWS(LossRows, make_table)

}  // namespace xgrad::kernels
