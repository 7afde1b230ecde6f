#include <xgrad/core/rows/softmax.hpp>

#include <limits>

#include <xgrad/core/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;
template <class T>
constexpr T minus_infinity = -std::numeric_limits<T>::infinity();

template <class T>
inline void scale_row(T* y, T factor, std::int64_t n) {
  map_row(y, y, n, [factor](B<T> a) { return B<T>(a * B<T>(factor)); });
}

// Elements i to i + count of a row: a batch, or what is left of it.
template <class T>
struct Chunk {
  std::int64_t i, count;
  B<T> read(const T* x) const {
    return count == width<T> ? load<T>(x + i) : load_part<T>(x + i, count, x[i]);
  }
};

// y = scale · x + mask, which `score` computes chunk by chunk; returns the largest. With a NaN in the row,
// the row's exponentials and their sum are NaN whatever the maximum makes of it. y may be x.
template <class T, class Score>
T write_scores(T* y, std::int64_t n, Score score) {
  Maxima<T> maxima(minus_infinity<T>);
  batches<T>(
      n,
      [&](std::int64_t i, int k) {
        const B<T> s = score(Chunk<T>{i, width<T>});
        maxima.of[k] = max(s, maxima.of[k]);
        store<T>(y + i, s);
      },
      [&](std::int64_t i, std::int64_t count) {
        const B<T> s = score(Chunk<T>{i, count});
        maxima.of[0] = max(s, maxima.of[0]);
        store_part<T>(y + i, s, count);
      });
  return maxima.largest();
}

template <class T>
T scores_plain(const T* x, T scale, T* y, std::int64_t n) {
  return write_scores(y, n, [&](const Chunk<T>& chunk) { return B<T>(chunk.read(x) * B<T>(scale)); });
}

template <class T>
T scores_added(const T* x, const T* added, T scale, T* y, std::int64_t n) {
  return write_scores(
      y, n, [&](const Chunk<T>& chunk) { return B<T>(chunk.read(x) * B<T>(scale) + chunk.read(added)); });
}

// Chosen, not added: what a boolean mask hides may be anything, NaN too.
template <class T>
T scores_kept(const T* x, const bool* kept, T scale, T* y, std::int64_t n) {
  return write_scores(y, n, [&](const Chunk<T>& chunk) {
    return keep_flagged<T>(B<T>(chunk.read(x) * B<T>(scale)), kept + chunk.i, chunk.count, minus_infinity<T>);
  });
}

template <class T>
T scores(const ScoreRows<T>& in, std::int64_t row, T* y, std::int64_t n) {
  const T* x = in.x + row * in.x_step;
  if (in.added) return scores_added(x, in.added + row * in.mask_step, in.scale, y, n);
  if (in.kept) return scores_kept(x, in.kept + row * in.mask_step, in.scale, y, n);
  return scores_plain(x, in.scale, y, n);
}

// A row of −∞ is shifted by nothing: its exponentials and their sum are then exactly 0, which no other row's
// sum is.
template <class T>
T shift_for(T best) {
  return best == minus_infinity<T> ? T(0) : best;
}

template <class T>
bool is_zero(const T* y, std::int64_t n) {
  std::int64_t i = 0;
  while (i < n && y[i] == T(0)) ++i;
  return i == n;
}

// Whether the mask hides the whole row.
template <class T>
bool is_all_masked(const ScoreRows<T>& in, std::int64_t row, std::int64_t n) {
  const T* added = in.added ? in.added + row * in.mask_step : nullptr;
  const bool* kept = in.kept ? in.kept + row * in.mask_step : nullptr;
  std::int64_t i = 0;
  while (i < n && ((added && added[i] == minus_infinity<T>) || (kept && !kept[i]))) ++i;
  return i == n;
}

// What a row with this sum of exponentials is multiplied by. A row of −∞ becomes 0 if `zero_if_all_masked`;
// mark_rows_of_infinity then finds those that the mask did not make so.
template <class T>
T factor_for(T sum, bool zero_if_all_masked) {
  return sum == 0 && zero_if_all_masked ? T(0) : T(1) / sum;
}

// Rows that are 0 without the mask hiding them become NaN. A function of its own, as few calls have such
// rows.
template <class T>
[[gnu::noinline]] void mark_rows_of_infinity(const ScoreRows<T>& in, T* y, std::int64_t rows,
                                             std::int64_t n) {
  for (std::int64_t r = 0; r < rows; ++r, y += n) {
    if (!is_zero(y, n) || is_all_masked(in, r, n)) continue;
    for (std::int64_t i = 0; i < n; ++i) y[i] = std::numeric_limits<T>::quiet_NaN();
  }
}

// n scores from column i on, at most a batch; −∞ in lanes that are left.
template <class T>
B<T> score_batch(const ScoreRows<T>& in, std::int64_t row, std::int64_t i, std::int64_t n) {
  const T* x = in.x + row * in.x_step + i;
  B<T> score = load_part<T>(x, n, x[0]) * B<T>(in.scale);
  if (in.added) {
    const T* added = in.added + row * in.mask_step + i;
    score = score + load_part<T>(added, n, added[0]);
  }
  if (in.kept) return keep_flagged<T>(score, in.kept + row * in.mask_step + i, n, minus_infinity<T>);
  return keep_part<T>(score, n, minus_infinity<T>);
}

// Rows of N batches, from the scores to the weights. Returns whether a row of −∞ was among them.
template <class T, int N>
bool softmax_of_batches(const ScoreRows<T>& in, T* y, std::int64_t rows, std::int64_t n) {
  const auto length = [n](int j) { return part_of<T, N>(n, j); };
  bool has_empty = false;
  for (std::int64_t r = 0; r < rows; ++r, y += n) {
    B<T> e[N], best(minus_infinity<T>), sum(T(0));
    repeat<N>([&](auto j) {
      e[j] = score_batch(in, r, j * width<T>, length(j));
      best = max(e[j], best);
    });
    const B<T> shift(shift_for(max_of<T>(best)));
    repeat<N>([&](auto j) {
      e[j] = fast_exp<T>(B<T>(e[j] - shift));
      sum += e[j];
    });
    const T total = sum_of<T>(sum);
    has_empty |= total == T(0);
    const B<T> factor(factor_for(total, in.zero_if_all_masked));
    repeat<N>([&](auto j) { store_part<T>(y + j * width<T>, e[j] * factor, length(j)); });
  }
  return has_empty;
}

template <class T>
bool softmax_of_long_rows(const ScoreRows<T>& in, T* y, std::int64_t rows, std::int64_t n) {
  bool has_empty = false;
  for (std::int64_t r = 0; r < rows; ++r, y += n) {
    const B<T> shift(shift_for(scores(in, r, y, n)));
    Sums<T> sums;
    batches<T>(
        n,
        [&](std::int64_t i, int k) {
          const B<T> e = fast_exp<T>(B<T>(load<T>(y + i) - shift));
          sums.of[k] += e;
          store<T>(y + i, e);
        },
        [&](std::int64_t i, std::int64_t count) {
          const B<T> e = fast_exp<T>(B<T>(load_part<T>(y + i, count, minus_infinity<T>) - shift));
          sums.of[0] += e;
          store_part<T>(y + i, e, count);
        });
    const T total = sums.total();
    has_empty |= total == T(0);
    scale_row(y, factor_for(total, in.zero_if_all_masked), n);
  }
  return has_empty;
}

template <class T>
void softmax(const ScoreRows<T>& in, T* y, std::int64_t rows, std::int64_t n) {
  bool has_empty = false;
  if (!run_short<4, T>(n, [&](auto N) { has_empty = softmax_of_batches<T, N>(in, y, rows, n); }))
    has_empty = softmax_of_long_rows(in, y, rows, n);
  if (has_empty && in.zero_if_all_masked) mark_rows_of_infinity(in, y, rows, n);
}

// (x − max) − log Σ exp(x − max), in this order: with max and the logarithm added up first, a large max would
// swallow the logarithm's digits.
template <class T>
void log_softmax(const T* x, T* y, std::int64_t rows, std::int64_t n) {
  for (std::int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const T most = scores_plain(x, T(1), y, n);
    const B<T> shift(most);
    Sums<T> sums;
    batches<T>(
        n, [&](std::int64_t i, int k) { sums.of[k] += fast_exp<T>(B<T>(load<T>(y + i) - shift)); },
        [&](std::int64_t i, std::int64_t count) {
          sums.of[0] += fast_exp<T>(B<T>(load_part<T>(y + i, count, minus_infinity<T>) - shift));
        });
    const T total = sums.total();
    const B<T> log_sum = total < tail_ends_at<T> ? B<T>(log_sum_of_tail(y, most, n)) : log(B<T>(total));
    map_row(y, y, n, [&](B<T> a) { return B<T>((a - shift) - log_sum); });
  }
}

template <class T>
constexpr SoftmaxRows<T> make_table() {
  return {.softmax = softmax<T>, .log_softmax = log_softmax<T>};
}

}  // namespace

XGRAD_ROWS(SoftmaxRows, make_table)

}  // namespace xgrad::kernels
