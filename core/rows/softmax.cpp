#include <xgrad/core/rows/softmax.hpp>

#include <xgrad/core/rows/shuffle.hpp>
#include <xgrad/core/rows/softmax_parts.hpp>

namespace xgrad::kernels {
namespace {

// y = score(at); returns the largest. With a NaN in the row, the row's exponentials and their sum are NaN
// whatever the maximum is.
template <class T, class Score>
T write_scores(T* y, std::int64_t n, Score score) {
  Maxima<T> maxima(minus_infinity<T>);
  batches<T>(n, [&](auto at) {
    const Batch<T> s = score(at);
    maxima.add(at.k, s);
    at.store(y, s);
  });
  return maxima.largest();
}

// Row r's scores, in y. Each kind of mask has a loop of its own. y may be x.
template <class T>
T write_scores(const ScoreRows<T>& in, std::int64_t r, T* y, std::int64_t n) {
  const T* x = in.x + r * in.x_step;
  const Batch<T> scale(in.scale);
  const MaskRows<T> mask = mask_of_row(in.mask, r);
  if (const T* added = mask.added)
    return write_scores(y, n, [&](auto at) { return masked<T>(at, at.load(x) * scale, added, nullptr); });
  if (const bool* kept = mask.kept)
    return write_scores(y, n, [&](auto at) { return masked<T>(at, at.load(x) * scale, nullptr, kept); });
  return write_scores(y, n, [&](auto at) { return masked<T>(at, at.load(x) * scale, nullptr, nullptr); });
}

template <class T>
bool is_zero(const T* y, std::int64_t n) {
  std::int64_t i = 0;
  while (i < n && y[i] == T(0)) ++i;
  return i == n;
}

// The factor that makes weights of exponentials with this sum. If `zero_if_all_masked`, a row of −∞ becomes
// 0, and mark_rows_of_infinity looks for the reason.
template <class T>
T factor_for(T sum, bool zero_if_all_masked) {
  return sum == 0 && zero_if_all_masked ? T(0) : T(1) / sum;
}

// If a row became 0 but the mask does not hide all of it, its scores were −∞ by themselves: it becomes NaN.
// Few calls have such rows, so this is not inlined.
template <class T>
[[gnu::noinline]] void mark_rows_of_infinity(const ScoreRows<T>& in, T* y, std::int64_t rows,
                                             std::int64_t n) {
  for (std::int64_t r = 0; r < rows; ++r, y += n) {
    if (!is_zero(y, n) || hides_all(mask_of_row(in.mask, r), n)) continue;
    for (std::int64_t i = 0; i < n; ++i) y[i] = std::numeric_limits<T>::quiet_NaN();
  }
}

// Not inlined: there would be ten copies.
template <class T>
[[gnu::noinline]] Batch<T> score_at(PartOfBatch<T> at, const T* x, const Batch<T>& scale, const T* added,
                                    const bool* kept) {
  return masked<T>(at, at.load(x) * scale, added, kept);
}

// Rows of N batches stay in registers, from the scores to the weights. Returns whether a row of −∞ was among
// them.
template <class T, int N>
bool softmax_of_short_rows(const ScoreRows<T>& in, T* y, std::int64_t rows, std::int64_t n) {
  const auto at = [n](int j) { return batch_of<T, N>(n, j); };
  const Batch<T> scale(in.scale);
  bool has_empty = false;
  for (std::int64_t r = 0; r < rows; ++r, y += n) {
    const T* x = in.x + r * in.x_step;
    const MaskRows<T> mask = mask_of_row(in.mask, r);
    Batch<T> e[N], most(minus_infinity<T>), sum(T(0));
    repeat<N>([&](auto j) {
      e[j] = score_at(at(j), x, scale, mask.added, mask.kept);
      most = max(e[j], most);
    });
    const Batch<T> shift(shift_for(max_of<T>(most)));
    repeat<N>([&](auto j) {
      e[j] = fast_exp<T>(e[j] - shift);
      sum += e[j];
    });
    const T total = sum_of<T>(sum);
    has_empty |= total == T(0);
    const Batch<T> factor(factor_for(total, in.zero_if_all_masked));
    repeat<N>([&](auto j) { at(j).store(y, e[j] * factor); });
  }
  return has_empty;
}

// R rows of exactly one batch each, from row r on. With R = 4, one reduction serves four rows (shuffle.hpp),
// in place of four that each wait for their own steps. The bits are those of R = 1.
template <class T, int R>
bool softmax_of_whole_batches(const ScoreRows<T>& in, T* y, std::int64_t r) {
  const Batch<T> scale(in.scale);
  Batch<T> e[R];
  T most[R], total[R];
  repeat<R>([&](auto q) {
    const MaskRows<T> mask = mask_of_row(in.mask, r + q);
    const WholeBatch<T> at{0};
    e[q] = masked<T>(at, at.load(in.x + (r + q) * in.x_step) * scale, mask.added, mask.kept);
  });
  maxima_of<T, R>(e, most);
  repeat<R>([&](auto q) { e[q] = fast_exp<T>(e[q] - Batch<T>(shift_for(most[q]))); });
  sums_of<T, R>(e, total);
  bool has_empty = false;
  repeat<R>([&](auto q) {
    has_empty |= total[q] == T(0);
    store<T>(y + (r + q) * width<T>, e[q] * Batch<T>(factor_for(total[q], in.zero_if_all_masked)));
  });
  return has_empty;
}

template <class T>
bool softmax_of_whole_batches(const ScoreRows<T>& in, T* y, std::int64_t rows) {
  bool has_empty = false;
  std::int64_t r = 0;
  for (; r + 4 <= rows; r += 4) has_empty |= softmax_of_whole_batches<T, 4>(in, y, r);
  for (; r < rows; ++r) has_empty |= softmax_of_whole_batches<T, 1>(in, y, r);
  return has_empty;
}

template <class T>
bool softmax_of_long_rows(const ScoreRows<T>& in, T* y, std::int64_t rows, std::int64_t n) {
  bool has_empty = false;
  for (std::int64_t r = 0; r < rows; ++r, y += n) {
    const T total = exp_row(y, shift_for(write_scores(in, r, y, n)), n);
    has_empty |= total == T(0);
    scale_row(y, factor_for(total, in.zero_if_all_masked), n);
  }
  return has_empty;
}

template <class T>
void softmax(const ScoreRows<T>& in, T* y, std::int64_t rows, std::int64_t n) {
  bool has_empty = false;
  if (n == width<T>) {
    has_empty = softmax_of_whole_batches(in, y, rows);
  } else if (!run_short<4, T>(n, [&](auto N) { has_empty = softmax_of_short_rows<T, N>(in, y, rows, n); })) {
    has_empty = softmax_of_long_rows(in, y, rows, n);
  }
  if (has_empty && in.zero_if_all_masked) mark_rows_of_infinity(in, y, rows, n);
}

// (x − max) − log Σ exp(x − max), in this order: the sum of a large max and the logarithm would lose the
// logarithm's digits.
template <class T>
void log_softmax(const T* x, T* y, std::int64_t rows, std::int64_t n) {
  for (std::int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const T most = largest_of_row(x, minus_infinity<T>, n), total = sum_of_exp(x, most, n);
    const Batch<T> shift(most);
    const Batch<T> log_sum =
        total < tail_ends_at<T> ? Batch<T>(log_sum_of_tail(x, most, n)) : log(Batch<T>(total));
    map_row(x, y, n, [&](Batch<T> a) { return (a - shift) - log_sum; });
  }
}

template <class T>
constexpr SoftmaxRows<T> make_table() {
  return {.softmax = softmax<T>, .log_softmax = log_softmax<T>};
}

}  // namespace

XGRAD_ROWS(SoftmaxRows, make_table)

}  // namespace xgrad::kernels
