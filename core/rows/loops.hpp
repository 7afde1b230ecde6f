#pragma once

// Loops over rows in batches. For rows/*.cpp only.

#include <xgrad/core/rows/batch.hpp>
#include <xgrad/core/rows/batch_bfloat16.hpp>

namespace xgrad::kernels {
namespace {

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

// A loop's body is written once, as a generic function of its place: `at.load(x)`, `at.store(y, value)`. It
// is compiled for two places, a whole batch and the part of a batch at the end of the row.

/// A whole batch at element i. k is the number of the sum that it is added to (see Sums).
template <class T>
struct WholeBatch {
  std::int64_t i;
  int k = 0;
  Batch<T> load(const T* x) const { return kernels::load<T>(x + i); }
  Batch<T> load(const BFloat16* x) const { return kernels::load<T>(x + i); }
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
  Batch<T> load(const BFloat16* x) const { return load_part<T>(x + i, count, T(0)); }
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

/// In how many sums a row is added up. An addition need not wait for the one before it, and each sum has
/// fewer terms, so that it keeps more digits: narrow batches need more of them.
template <class T>
constexpr int sums_of_row = sizeof(Batch<T>) < 32 ? 8 : 4;

/// The same for a whole row. As long as there are batches for all sums, at.k is the number of each batch's
/// sum.
template <class T, class Body>
[[gnu::always_inline]] inline void batches(std::int64_t n, const Body& body) {
  constexpr std::int64_t step = sums_of_row<T> * width<T>;
  std::int64_t i = 0;
  for (; i + step <= n; i += step) {
    repeat<sums_of_row<T>>([&](auto k) { body(WholeBatch<T>{i + k * width<T>, k}); });
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

/// f(f(x[0], x[1]), f(x[2], x[3])), and so on for n batches.
template <int n, class T, class F>
[[gnu::always_inline]] inline Batch<T> combined(const Batch<T>* x, F f) {
  if constexpr (n == 1) {
    return *x;
  } else {
    return f(combined<n / 2, T>(x, f), combined<n / 2, T>(x + n / 2, f));
  }
}

/// The sums of a row. A loop adds to of[at.k].
template <class T>
struct Sums {
  using B = Batch<T>;
  B of[sums_of_row<T>];
  Sums() {
    repeat<sums_of_row<T>>([&](auto k) { of[k] = B(T(0)); });
  }
  T total() const {
    return sum_of<T>(combined<sums_of_row<T>, T>(of, [](const B& a, const B& b) -> B { return a + b; }));
  }
};

/// Σ f(at). In lanes beyond the end of the row f must give 0.
template <class T, class F>
[[gnu::always_inline]] inline T sum_over(std::int64_t n, F f) {
  Sums<T> sums;
  batches<T>(n, [&](auto at) { sums.of[at.k] += f(at); });
  return sums.total();
}

/// The maxima of a row, in the same manner. A NaN is ignored.
template <class T>
struct Maxima {
  using B = Batch<T>;
  B of[sums_of_row<T>];
  explicit Maxima(T least) {
    repeat<sums_of_row<T>>([&](auto k) { of[k] = B(least); });
  }
  void add(int k, const B& x) { of[k] = max(x, of[k]); }
  B of_lanes() const {
    return combined<sums_of_row<T>, T>(of, [](const B& a, const B& b) -> B { return max(a, b); });
  }
  T largest() const { return max_of<T>(of_lanes()); }
};

/// The largest of a row and of `least`.
template <class T>
inline T largest_of_row(const T* x, T least, std::int64_t n) {
  Maxima<T> maxima(least);
  batches<T>(n, [&](auto at) { maxima.add(at.k, at.load(x, least)); });
  return maxima.largest();
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
