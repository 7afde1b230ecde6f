#include <xgrad/core/rows/reduce.hpp>

#include <xgrad/core/rows/loops.hpp>

namespace xgrad::kernels {
namespace {

// Four batches of running sums, added to a double so often that no sum grows far beyond its terms. Aligned,
// since most rows are short and the function's place in a cache line affects its time.
template <class T>
[[gnu::aligned(64)]] void sum_row(const T* x, std::int64_t n, double* total) {
  constexpr std::int64_t step = 4 * width<T>, stretch = 32 * step;
  std::int64_t i = 0;
  double sum = 0;
  while (n - i >= step) {
    const std::int64_t end = i + (n - i < stretch ? (n - i) / step * step : stretch);
    const Batch<T> zero(T(0));
    Batch<T> of[4] = {zero, zero, zero, zero};
    for (; i < end; i += step) repeat<4>([&](auto k) { of[k] += load<T>(x + i + k * width<T>); });
    sum += static_cast<double>(sum_of<T>((of[0] + of[1]) + (of[2] + of[3])));
  }
  for (; i < n; ++i) sum += static_cast<double>(x[i]);
  *total += sum;
}

// Eight rows at a time: a tree sums them in T, and adds the result to the totals in double.
template <class T>
void sum_rows(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, double* totals) {
  std::int64_t r = 0;
  for (; r + 8 <= rows; r += 8) {
    const T *a = x + r * step, *b = a + step, *c = b + step, *d = c + step;
    const T *e = d + step, *f = e + step, *g = f + step, *h = g + step;
    for (std::int64_t j = 0; j < n; ++j) {
      totals[j] += static_cast<double>(((a[j] + b[j]) + (c[j] + d[j])) + ((e[j] + f[j]) + (g[j] + h[j])));
    }
  }
  for (; r < rows; ++r) {
    for (std::int64_t j = 0; j < n; ++j) totals[j] += static_cast<double>(x[r * step + j]);
  }
}

// Sums in 32 lanes do not wait for each other. A shorter row is summed element by element.
template <class T>
void distances_row(const T* x, std::int64_t n, double center, double* sum, double* squares) {
  constexpr std::int64_t lanes = 32;
  std::int64_t i = 0;
  if (n >= lanes) {
    double sums[lanes] = {}, products[lanes] = {};
    for (; i + lanes <= n; i += lanes) {
      double d[lanes];
      for (std::int64_t k = 0; k < lanes; ++k) d[k] = static_cast<double>(x[i + k]) - center;
      for (std::int64_t k = 0; k < lanes; ++k) sums[k] += d[k];
      for (std::int64_t k = 0; k < lanes; ++k) products[k] += d[k] * d[k];
    }
    for (const double lane : sums) *sum += lane;
    for (const double lane : products) *squares += lane;
  }
  for (; i < n; ++i) {
    const double d = static_cast<double>(x[i]) - center;
    *sum += d;
    *squares += d * d;
  }
}

template <class T>
void distances_rows(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, const double* centers,
                    double* sums, double* squares) {
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t j = 0; j < n; ++j) {
      const double d = static_cast<double>(x[r * step + j]) - centers[j];
      sums[j] += d;
      squares[j] += d * d;
    }
  }
}

// Not inlined: GCC would not vectorize it inside the loop over rows.
template <class T>
[[gnu::noinline]] void add_four(const T* a, const T* b, const T* c, const T* d, std::int64_t n,
                                double* totals) {
  for (std::int64_t j = 0; j < n; ++j) {
    totals[j] += (static_cast<double>(a[j]) + static_cast<double>(b[j])) +
                 (static_cast<double>(c[j]) + static_cast<double>(d[j]));
  }
}

// Four rows at a time, in double, so a sum of a few rows loses no digit.
template <class T>
void add_chosen_rows(const T* x, const std::uint32_t* which, std::int64_t count, std::int64_t step,
                     std::int64_t n, T* y) {
  constexpr std::int64_t most = 256;  // columns at once: their totals stay in the first-level cache
  alignas(64) double totals[most];
  for (std::int64_t first = 0; first < n; first += most) {
    const std::int64_t m = n - first < most ? n - first : most;
    const T* from = x + first;
    T* to = y + first;
    for (std::int64_t j = 0; j < m; ++j) totals[j] = static_cast<double>(to[j]);
    std::int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
      const auto row = [&](std::int64_t k) { return from + which[i + k] * step; };
      add_four(row(0), row(1), row(2), row(3), m, totals);
    }
    for (; i < count; ++i) sum_rows(from + which[i] * step, 1, 0, m, totals);
    for (std::int64_t j = 0; j < m; ++j) to[j] = static_cast<T>(totals[j]);
  }
}

// The better of two numbers. A NaN on either side wins.
struct Larger {
  template <class T>
  Batch<T> of_batches(const Batch<T>& best, const Batch<T>& x) const {
    return select((x > best) | is_nan<T>(x), x, best);
  }
  template <class T>
  T of(T best, T x) const {
    return x > best || x != x ? x : best;
  }
};
struct Smaller {
  template <class T>
  Batch<T> of_batches(const Batch<T>& best, const Batch<T>& x) const {
    return select((x < best) | is_nan<T>(x), x, best);
  }
  template <class T>
  T of(T best, T x) const {
    return x < best || x != x ? x : best;
  }
};

template <class Better, class T>
void best_of_row(const T* x, std::int64_t n, T* best) {
  constexpr std::int64_t step = 4 * width<T>;
  const auto better = [](const Batch<T>& a, const Batch<T>& b) {
    return Better().template of_batches<T>(a, b);
  };
  T all = *best;
  std::int64_t i = 0;
  if (n >= step) {
    Batch<T> of[4];
    repeat<4>([&](auto k) { of[k] = load<T>(x + k * width<T>); });
    for (i = step; i + step <= n; i += step)
      repeat<4>([&](auto k) { of[k] = better(of[k], load<T>(x + i + k * width<T>)); });
    T lanes[width<T>];
    store<T>(lanes, better(better(of[0], of[1]), better(of[2], of[3])));
    for (const T lane : lanes) all = Better().of(all, lane);
  }
  for (; i < n; ++i) all = Better().of(all, x[i]);
  *best = all;
}

template <class Better, class T>
void best_of_rows(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, T* best) {
  for (std::int64_t r = 0; r < rows; ++r) {
    zip_row(best, x + r * step, best, n,
            [](Batch<T> a, Batch<T> b) { return Better().template of_batches<T>(a, b); });
  }
}

// In double from the start: the squares of float gradients beyond 1e19 or below 1e-19 are out of float's
// range. The sums in the lanes do not wait for each other.
template <class T>
double sum_of_squares(const T* x, std::int64_t n) {
  constexpr std::int64_t lanes = 32;
  double sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::int64_t k = 0; k < lanes; ++k) {
      const auto a = static_cast<double>(x[i + k]);
      sums[k] += a * a;
    }
  }
  for (; i < n; ++i) sums[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

template <class T>
constexpr ReduceRows<T> make_table() {
  return {.sum_row = sum_row<T>,
          .sum_rows = sum_rows<T>,
          .distances_row = distances_row<T>,
          .distances_rows = distances_rows<T>,
          .sum_of_squares = sum_of_squares<T>,
          .add_chosen_rows = add_chosen_rows<T>,
          .max_row = best_of_row<Larger, T>,
          .max_rows = best_of_rows<Larger, T>,
          .min_row = best_of_row<Smaller, T>,
          .min_rows = best_of_rows<Smaller, T>};
}

}  // namespace

XGRAD_ROWS(ReduceRows, make_table)

}  // namespace xgrad::kernels
