#include <xgrad/core/rows/attention.hpp>

#include <xgrad/core/rows/activations.hpp>
#include <xgrad/core/rows/softmax_parts.hpp>

namespace xgrad::kernels {
namespace {

// What a row sees of its tile.
template <class T>
struct SeenRow {
  T* x;                // its scores, softcapped and masked
  std::int64_t begin;  // the column of the first
  std::int64_t n;
  MaskRows<T> mask;
};

inline std::int64_t within(std::int64_t i, std::int64_t least, std::int64_t most) {
  return i < least ? least : i < most ? i : most;
}

// Applies the softcap and the mask to the scores that row r sees. The others become 0, the weight they will
// have. `slopes`, if not null, receives the softcap's derivative: d(c tanh x)/d(c x) = 4 σ'(2x) with σ the
// sigmoid, which keeps its digits where tanh x is almost ±1.
template <class T>
SeenRow<T> see_row(const ScoreTile<T>& tile, std::int64_t r, T* slopes) {
  T* row = tile.scores + r * tile.keys;
  const std::int64_t begin = within(tile.first + r, 0, tile.keys),
                     end = within(tile.end + r, begin, tile.keys);
  for (std::int64_t i = 0; i < begin; ++i) row[i] = T(0);
  for (std::int64_t i = end; i < tile.keys; ++i) row[i] = T(0);
  SeenRow<T> seen{row + begin, begin, end - begin, {}};
  if (tile.added.added) seen.mask.added = tile.added.added + r * tile.added.step + begin;
  if (tile.kept.kept) seen.mask.kept = tile.kept.kept + r * tile.kept.step + begin;
  if (tile.softcap != T(0)) {
    const Batch<T> cap(tile.softcap), four(T(4));
    batches<T>(seen.n, [&](auto at) {
      const Batch<T> x = at.load(seen.x);
      if (slopes) at.store(slopes + begin, four * sigmoid_slope<T>(x + x));
      at.store(seen.x, cap * tanh_of<T>(x));
    });
  }
  if (seen.mask.added || seen.mask.kept) {
    batches<T>(seen.n, [&](auto at) {
      at.store(seen.x, masked(at, at.load(seen.x), seen.mask.added, seen.mask.kept));
    });
  }
  return seen;
}

template <class T>
void softmax_step(const ScoreTile<T>& tile, T* max, T* sum, T* output, std::int64_t output_step,
                  std::int64_t d) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    const auto [x, begin, n, mask] = see_row<T>(tile, r, nullptr);
    const T before = max[r];
    max[r] = largest_of_row(x, before, n);
    const T shift = shift_for(max[r]), added = exp_row(x, shift, n);
    if (before != max[r]) {
      const T factor = exp_of_number(before - shift);
      sum[r] *= factor;
      if (output) scale_row(output + r * output_step, factor, d);
    }
    sum[r] += added;
    const bool is_empty = max[r] == minus_infinity<T> && sum[r] == T(0);
    if (is_empty && !hides_all(mask, n)) sum[r] = T(1);
  }
}

template <class T>
void softmax_end(T* max, T* sum, T* output, std::int64_t output_step, std::int64_t rows, std::int64_t d) {
  for (std::int64_t r = 0; r < rows; ++r) {
    if (sum[r] == T(0)) {
      max[r] = -minus_infinity<T>;
    } else if (max[r] == minus_infinity<T>) {
      sum[r] = std::numeric_limits<T>::quiet_NaN();
    } else {
      sum[r] = T(1) / sum[r];
    }
    scale_row(output + r * output_step, sum[r], d);
  }
}

template <class T>
void dots(const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* dot, std::int64_t rows,
          std::int64_t d) {
  for (std::int64_t r = 0; r < rows; ++r, a += a_step, b += b_step)
    dot[r] = sum_over<T>(d, [&](auto at) { return at.load(a) * at.load(b); });
}

template <class T>
void weights_and_gradients(const ScoreTile<T>& tile, const TileGradients<T>& of) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    T* const slopes = of.slopes ? of.slopes + r * tile.keys : nullptr;
    const auto [x, begin, n, mask] = see_row(tile, r, slopes);
    const Batch<T> shift(of.max[r]), factor(of.inverse_sum[r]), mean(of.dot[r]);
    if (!of.gradients) {
      batches<T>(n,
                 [x = x, shift, factor](auto at) { at.store(x, fast_exp<T>(at.load(x) - shift) * factor); });
      continue;
    }
    T* const row = of.gradients + r * tile.keys;
    T* const g = row + begin;
    Maxima<T> weights(T(0));
    of.rests.rest[r] += sum_over<T>(n, [&, x = x](auto at) {
      const Batch<T> weight = fast_exp<T>(at.load(x, minus_infinity<T>) - shift) * factor;
      const Batch<T> d = weight * (at.load(g) - mean);
      weights.add(at.k, weight);
      at.store(x, weight);
      at.store(g, d);
      return d;
    });
    if (is_dominated(weights)) {
      std::int64_t leading = 0;
      while (!(x[leading] > T(0.5))) ++leading;
      of.rests.leading_key[r] = of.first_key + begin + leading;
      of.rests.leading_slope[r] = slopes ? slopes[begin + leading] : T(1);
    }
    for (std::int64_t i = 0; i < begin; ++i) row[i] = T(0);
    for (std::int64_t i = begin + n; i < tile.keys; ++i) row[i] = T(0);
  }
}

template <class T>
void drop(T* x, const bool* kept, T factor, std::int64_t n) {
  const Batch<T> scale(factor);
  batches<T>(n, [&](auto at) { at.store(x, at.keep(at.load(x) * scale, kept, T(0))); });
}

template <class T>
void multiply(T* x, const T* y, std::int64_t n) {
  batches<T>(n, [&](auto at) { at.store(x, at.load(x) * at.load(y)); });
}

template <class T>
constexpr AttentionRows<T> make_table() {
  return {.softmax_step = softmax_step<T>,
          .softmax_end = softmax_end<T>,
          .dots = dots<T>,
          .weights_and_gradients = weights_and_gradients<T>,
          .drop = drop<T>,
          .multiply = multiply<T>};
}

}  // namespace

XGRAD_ROWS(AttentionRows, make_table)

}  // namespace xgrad::kernels
