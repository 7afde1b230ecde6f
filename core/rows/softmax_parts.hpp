#pragma once

// Steps of a softmax that softmax, attention and the losses share: masks and sums of exponentials. For
// rows/*.cpp only.

#include <limits>

#include <xgrad/core/rows/functions.hpp>
#include <xgrad/core/rows/mask.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
constexpr T minus_infinity = -std::numeric_limits<T>::infinity();

template <class T>
inline MaskRows<T> mask_of_row(const MaskRows<T>& mask, std::int64_t row) {
  const std::int64_t offset = row * mask.step;
  return {mask.added ? mask.added + offset : nullptr, mask.kept ? mask.kept + offset : nullptr, mask.step};
}

/// Scores with a row's mask; −∞ in lanes beyond the end of the row. A boolean mask chooses and does not add:
/// what it hides may be anything, NaN too.
template <class T, class At>
inline Batch<T> masked(At at, Batch<T> score, const T* added, const bool* kept) {
  if (added) score = score + at.load(added);
  if (kept) return at.keep(score, kept, minus_infinity<T>);
  return at.keep(score, minus_infinity<T>);
}

/// Whether the mask of a row hides its first n scores.
template <class T>
inline bool hides_all(const MaskRows<T>& mask, std::int64_t n) {
  std::int64_t i = 0;
  while (i < n && ((mask.added && mask.added[i] == minus_infinity<T>) || (mask.kept && !mask.kept[i]))) ++i;
  return i == n;
}

/// What to subtract from the scores of a row with this maximum. For a row of −∞ it is 0: the exponentials and
/// their sum are then exactly 0, not NaN. No other row's sum is 0.
template <class T>
inline T shift_for(T most) {
  return most == minus_infinity<T> ? T(0) : most;
}

template <class T>
inline T exp_of_number(T x) {
  T lanes[width<T>];
  store<T>(lanes, fast_exp<T>(Batch<T>(x)));
  return lanes[0];
}

/// Σ exp(x − shift)
template <class T>
inline T sum_of_exp(const T* x, T shift, std::int64_t n) {
  const Batch<T> origin(shift);
  return sum_over<T>(n, [&](auto at) { return fast_exp<T>(at.load(x, minus_infinity<T>) - origin); });
}

/// x becomes exp(x − shift); returns the sum.
template <class T>
inline T exp_row(T* x, T shift, std::int64_t n) {
  const Batch<T> origin(shift);
  return sum_over<T>(n, [&](auto at) {
    const Batch<T> e = fast_exp<T>(at.load(x, minus_infinity<T>) - origin);
    at.store(x, e);
    return e;
  });
}

template <class T>
inline void scale_row(T* x, T factor, std::int64_t n) {
  const Batch<T> scale(factor);
  batches<T>(n, [&](auto at) { at.store(x, at.load(x) * scale); });
}

/// Rows whose Σ exp(x − max) is smaller need log_sum_of_tail.
template <class T>
constexpr T tail_ends_at = T(1.125);

/// log Σ exp(x − max) for a sum that is little more than 1. The 1 is the term of the largest element. The
/// other terms lose their digits when they are added to it, so they are summed again without it. Parts of 64
/// batches keep each sum short.
template <class T>
[[gnu::noinline]] T log_sum_of_tail(const T* x, T max, std::int64_t n) {
  const Batch<T> most(max), zero(T(0));
  Batch<T> sum(T(0));
  for (std::int64_t i = 0; i < n;) {
    Batch<T> part(T(0));
    for (const std::int64_t end = i + 64 * width<T>; i < n && i < end; i += width<T>) {
      const Batch<T> score = load_part<T>(x + i, n - i < width<T> ? n - i : width<T>, max);
      part += Batch<T>(select(score == most, zero, fast_exp<T>(score - most)));
    }
    sum += part;
  }
  return std::log1p(sum_of<T>(sum));
}

/// Whether one class has more than half of the weight.
template <class T>
inline bool is_dominated(const Maxima<T>& weights) {
  return any_of(weights.of_lanes() > Batch<T>(T(0.5)));
}

}  // namespace
}  // namespace xgrad::kernels
