#pragma once

// Loops over rows in batches. For rows/*.cpp only.

#include <xgrad/core/rows/batch.hpp>

namespace xgrad::kernels {
namespace {

// A loop's body is written once, as a generic function of its place: `at.load(x)`, `at.store(y, value)`. It
// is compiled for two places, a whole batch and the part of a batch at the end of the row.

/// A whole batch at element i. k is the number of the sum that it is added to (see Sums).
template <class T>
struct WholeBatch {
  std::int64_t i;
  int k = 0;
  Batch<T> load(const T* x) const { return kernels::load<T>(x + i); }
  Batch<T> load(const T* x, T /*filling*/) const { return load(x); }
  void store(T* y, const Batch<T>& value) const { kernels::store<T>(y + i, value); }
  Batch<T> keep(const Batch<T>& value, T /*filling*/) const { return value; }
  Batch<T> keep(const Batch<T>& value, const bool* flags, T filling) const {
    return keep_flagged<T>(value, flags + i, width<T>, filling);
  }
};

/// `count` elements at i, at most a batch. The other lanes hold `filling`, or 0 if none is given.
template <class T>
struct PartOfBatch {
  std::int64_t i, count;
  static constexpr int k = 0;
  Batch<T> load(const T* x) const { return load(x, T(0)); }
  Batch<T> load(const T* x, T filling) const { return load_part<T>(x + i, count, filling); }
  void store(T* y, const Batch<T>& value) const { store_part<T>(y + i, value, count); }
  Batch<T> keep(const Batch<T>& value, T filling) const { return keep_part<T>(value, count, filling); }
  Batch<T> keep(const Batch<T>& value, const bool* flags, T filling) const {
    return keep_flagged<T>(value, flags + i, count, filling);
  }
};

/// body(at) for each whole batch from element i on, and for the part at the end of a row of n elements.
template <class T, class Body>
[[gnu::always_inline]] inline void batches_from(std::int64_t i, std::int64_t n, const Body& body) {
  for (; i + width<T> <= n; i += width<T>) body(WholeBatch<T>{i});
  if (i < n) body(PartOfBatch<T>{i, n - i});
}

/// The same for a whole row, four batches at a time as long as four are left: their at.k is 0, 1, 2, 3.
template <class T, class Body>
[[gnu::always_inline]] inline void batches(std::int64_t n, const Body& body) {
  std::int64_t i = 0;
  for (; i + 4 * width<T> <= n; i += 4 * width<T>) {
    body(WholeBatch<T>{i, 0});
    body(WholeBatch<T>{i + width<T>, 1});
    body(WholeBatch<T>{i + 2 * width<T>, 2});
    body(WholeBatch<T>{i + 3 * width<T>, 3});
  }
  batches_from<T>(i, n, body);
}

/// y[i] = f(x[i]) with f written on batches. A part is filled with its first element, so that an element's
/// result does not depend on its place in the row.
template <class T, class F>
inline void map_row(const T* x, T* y, std::int64_t n, F f) {
  batches_from<T>(0, n, [&](auto at) { at.store(y, f(at.load(x, x[at.i]))); });
}

/// y[i] = f(a[i], b[i])
template <class T, class F>
inline void zip_row(const T* a, const T* b, T* y, std::int64_t n, F f) {
  batches_from<T>(0, n, [&](auto at) { at.store(y, f(at.load(a, a[at.i]), at.load(b, b[at.i]))); });
}

/// The same with a step for each operand: 1, or 0 if a single number stands for the row. At most one is 0.
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

// The type in which a row is summed. T's many lanes keep each sum small. A batch of one has only four sums,
// which would lose the digits of a long row.
#ifdef XGRAD_HAVE_XSIMD
template <class T>
using Total = T;
#else
template <class T>
using Total = double;
#endif

/// Four sums, so that an addition need not wait for the one before it. A loop adds to of[at.k].
template <class T>
struct Sums {
  using B = Batch<Total<T>>;
  B of[4] = {B(0), B(0), B(0), B(0)};
  T total() const { return static_cast<T>(sum_of<Total<T>>((of[0] + of[1]) + (of[2] + of[3]))); }
};

/// Σ f(at). In lanes beyond the end of the row f must give 0.
template <class T, class F>
[[gnu::always_inline]] inline T sum_over(std::int64_t n, F f) {
  Sums<T> sums;
  batches<T>(n, [&](auto at) { sums.of[at.k] += f(at); });
  return sums.total();
}

/// Four maxima, for the same reason. A NaN is ignored.
template <class T>
struct Maxima {
  Batch<T> of[4];
  explicit Maxima(T least) : of{least, least, least, least} {}
  void add(int k, const Batch<T>& x) { of[k] = max(x, of[k]); }
  Batch<T> of_lanes() const { return max(max(of[0], of[1]), max(of[2], of[3])); }
  T largest() const { return max_of<T>(of_lanes()); }
};

/// The largest of a row and of `least`.
template <class T>
inline T largest_of_row(const T* x, T least, std::int64_t n) {
  Maxima<T> maxima(least);
  batches<T>(n, [&](auto at) { maxima.add(at.k, at.load(x, least)); });
  return maxima.largest();
}

/// f(0), f(1), ... f(n − 1), each number a constant of the compiled code. Arrays indexed by constants are
/// registers from the start. A loop that is unrolled late would put them on the stack first.
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

/// Calls f(N), where N is a constant, if a row of n elements fits N batches and N is at most `most`: such a
/// row stays in registers. Returns false, without a call, if the row is longer.
template <int most, class T, class F>
inline bool run_short(std::int64_t n, F f) {
  const std::int64_t batches = (n + width<T> - 1) / width<T>;
  repeat<most>([&](auto i) {
    if (batches == i + 1) f(Number<i + 1>());
  });
  return batches <= most;
}

/// Batch j of such a row.
template <class T, int N>
inline PartOfBatch<T> batch_of(std::int64_t n, int j) {
  return {j * width<T>, j < N - 1 ? width<T> : n - (N - 1) * width<T>};
}

}  // namespace
}  // namespace xgrad::kernels
