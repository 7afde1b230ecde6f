#pragma once

// Loops over rows in batches. For rows/*.cpp only.

#include <xgrad/core/rows/batch.hpp>

namespace xgrad::kernels {
namespace {

/// f(0), f(1), ... f(n − 1), each number a constant of the compiled code. Arrays indexed by them are
/// registers from the start; in a loop that is unrolled late, they would have been put on the stack first.
template <int i>
struct Number {
  constexpr operator int() const { return i; }
};
template <int n, class F>
[[gnu::always_inline]] inline void repeat(F f) {
  if constexpr (n > 0) {
    repeat<n - 1>(f);
    f(Number<n - 1>());
  }
}

/// Calls f(N), where N is a constant, if a row of n elements fits N batches and N is at most `most`, so that
/// the row stays in registers. Returns false, without a call, if the row is longer.
template <int most, class T, class F>
inline bool run_short(std::int64_t n, F f) {
  const std::int64_t batches = (n + width<T> - 1) / width<T>;
  repeat<most>([&](auto i) {
    if (batches == i + 1) f(Number<i + 1>());
  });
  return batches <= most;
}

/// How many of the n elements batch j of such a row holds.
template <class T, int N>
inline std::int64_t part_of(std::int64_t n, int j) {
  return j < N - 1 ? width<T> : n - (N - 1) * width<T>;
}

/// A row taken apart: `whole(i, k)` for each full batch, at i, then `part(i, count)` for what is left. k is
/// 0, 1, 2, 3 in turn while there are four more batches, then 0: sums kept apart by it don't wait for each
/// other.
template <class T, class Whole, class Part>
inline void batches(std::int64_t n, Whole whole, Part part) {
  std::int64_t i = 0;
  for (; i + 4 * width<T> <= n; i += 4 * width<T>) {
    whole(i, 0);
    whole(i + width<T>, 1);
    whole(i + 2 * width<T>, 2);
    whole(i + 3 * width<T>, 3);
  }
  for (; i + width<T> <= n; i += width<T>) whole(i, 0);
  if (i < n) part(i, n - i);
}

// What a row is summed in. In T many lanes keep each sum small; a batch of one has only the four sums, which
// would lose the digits of a long row.
#ifdef XGRAD_HAVE_XSIMD
template <class T>
using Total = T;
#else
template <class T>
using Total = double;
#endif

/// Four sums to be kept apart, and their total.
template <class T>
struct Sums {
  using B = Batch<Total<T>>;
  B of[4] = {B(0), B(0), B(0), B(0)};
  T total() const { return static_cast<T>(sum_of<Total<T>>((of[0] + of[1]) + (of[2] + of[3]))); }
};

/// Four maxima to be kept apart likewise, and the largest.
template <class T>
struct Maxima {
  Batch<T> of[4];
  explicit Maxima(T least) : of{least, least, least, least} {}
  T largest() const { return max_of<T>(max(max(of[0], of[1]), max(of[2], of[3]))); }
};

/// The largest of `least` and of a row, in which NaNs are passed over.
template <class T>
inline T largest_of_row(const T* x, T least, std::int64_t n) {
  Maxima<T> maxima(least);
  batches<T>(
      n, [&](std::int64_t i, int k) { maxima.of[k] = max(load<T>(x + i), maxima.of[k]); },
      [&](std::int64_t i, std::int64_t count) {
        maxima.of[0] = max(load_part<T>(x + i, count, least), maxima.of[0]);
      });
  return maxima.largest();
}

/// y[i] = f(x[i]) with f written on batches. The last part of a row is computed in a padded batch, so that an
/// element's result does not depend on where in the row it stands.
template <class T, class F>
inline void map_row(const T* x, T* y, std::int64_t n, F f) {
  std::int64_t i = 0;
  for (; i + width<T> <= n; i += width<T>) store<T>(y + i, f(load<T>(x + i)));
  if (i < n) store_part<T>(y + i, f(load_part<T>(x + i, n - i, x[i])), n - i);
}

/// y[i] = f(a[i], b[i]), likewise.
template <class T, class F>
inline void zip_row(const T* a, const T* b, T* y, std::int64_t n, F f) {
  std::int64_t i = 0;
  for (; i + width<T> <= n; i += width<T>) store<T>(y + i, f(load<T>(a + i), load<T>(b + i)));
  if (i < n) {
    const std::int64_t rest = n - i;
    store_part<T>(y + i, f(load_part<T>(a + i, rest, a[i]), load_part<T>(b + i, rest, b[i])), rest);
  }
}

/// The same with a step for each operand: 1, or 0 where a single number stands for the row. Not both are 0.
template <class T, class F>
inline void zip_row(const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* y, std::int64_t n,
                    F f) {
  if (a_step == 0) {
    const Batch<T> number(*a);
    map_row(b, y, n, [&](Batch<T> b_i) { return f(number, b_i); });
  } else if (b_step == 0) {
    const Batch<T> number(*b);
    map_row(a, y, n, [&](Batch<T> a_i) { return f(a_i, number); });
  } else {
    zip_row(a, b, y, n, f);
  }
}

/// y[i] = f(a[i], b[i], c[i]), likewise.
template <class T, class F>
inline void zip3_row(const T* a, const T* b, const T* c, T* y, std::int64_t n, F f) {
  batches<T>(
      n, [&](std::int64_t i, int) { store<T>(y + i, f(load<T>(a + i), load<T>(b + i), load<T>(c + i))); },
      [&](std::int64_t i, std::int64_t count) {
        const auto part = [&](const T* x) { return load_part<T>(x + i, count, x[i]); };
        store_part<T>(y + i, f(part(a), part(b), part(c)), count);
      });
}

}  // namespace
}  // namespace xgrad::kernels
