#include <xgrad/core/rows/attention.hpp>

#include <xgrad/core/rows/softmax_parts.hpp>

namespace xgrad::kernels {
namespace {

// Applies the mask to row r's scores and returns how many of them it may see. The others become 0, the weight
// they will have.
template <class T>
std::int64_t mask_row(const ScoreTile<T>& tile, std::int64_t r) {
  T* x = tile.scores + r * tile.keys;
  std::int64_t n = tile.seen + r;
  n = n < 0 ? 0 : n < tile.keys ? n : tile.keys;
  for (std::int64_t i = n; i < tile.keys; ++i) x[i] = T(0);
  const MaskRows<T> mask = mask_of_row(tile.mask, r);
  if (mask.added || mask.kept)
    batches<T>(n, [&](auto at) { at.store(x, masked(at, at.load(x), mask.added, mask.kept)); });
  return n;
}

template <class T>
void softmax_step(const ScoreTile<T>& tile, T* max, T* sum, T* output, std::int64_t output_step,
                  std::int64_t d) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    const std::int64_t n = mask_row(tile, r);
    T* x = tile.scores + r * tile.keys;
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
    if (is_empty && !hides_all(mask_of_row(tile.mask, r), n)) sum[r] = T(1);
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
    const std::int64_t n = mask_row(tile, r);
    T* x = tile.scores + r * tile.keys;
    const Batch<T> shift(of.max[r]), factor(of.inverse_sum[r]), mean(of.dot[r]);
    if (!of.gradients) {
      batches<T>(n, [&](auto at) { at.store(x, fast_exp<T>(at.load(x) - shift) * factor); });
      continue;
    }
    T* g = of.gradients + r * tile.keys;
    Maxima<T> weights(T(0));
    of.rests.rest[r] += sum_over<T>(n, [&](auto at) {
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
      of.rests.leading_key[r] = of.first_key + leading;
    }
    for (std::int64_t i = n; i < tile.keys; ++i) g[i] = T(0);
  }
}

template <class T>
constexpr AttentionRows<T> make_table() {
  return {.softmax_step = softmax_step<T>,
          .softmax_end = softmax_end<T>,
          .dots = dots<T>,
          .weights_and_gradients = weights_and_gradients<T>};
}

}  // namespace

XGRAD_ROWS(AttentionRows, make_table)

}  // namespace xgrad::kernels
