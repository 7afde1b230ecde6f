#include <xgrad/core/rows/attention.hpp>

#include <limits>

#include <xgrad/core/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;
template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

template <class T>
T first_of(const B<T>& value) {
  T lanes[B<T>::size];
  store<T>(lanes, value);
  return lanes[0];
}

template <class T>
void scale_row(T* y, B<T> factor, std::int64_t n) {
  batches<T>(
      n, [&](std::int64_t i, int) { store<T>(y + i, load<T>(y + i) * factor); },
      [&](std::int64_t i, std::int64_t count) {
        store_part<T>(y + i, load_part<T>(y + i, count, T(0)) * factor, count);
      });
}

template <class T>
void keep(T* __restrict x, const bool* __restrict kept, std::int64_t n) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(kept);  // so the compiler makes SIMD of it
  for (std::int64_t i = 0; i < n; ++i) x[i] = bytes[i] != 0 ? x[i] : -infinity<T>;
}

// Row r's scores with the mask; returns how many of them it may see. The others are set to 0, the weight they
// will have.
template <class T>
std::int64_t masked_row(const ScoreTile<T>& tile, std::int64_t r) {
  T* x = tile.scores + r * tile.keys;
  std::int64_t n = tile.seen + r;
  n = n < 0 ? 0 : n < tile.keys ? n : tile.keys;
  for (std::int64_t i = n; i < tile.keys; ++i) x[i] = T(0);
  if (tile.kept) keep(x, tile.kept + r * tile.mask_step, n);
  if (const T* added = tile.added + (tile.added ? r * tile.mask_step : 0)) {
    batches<T>(
        n, [&](std::int64_t i, int) { store<T>(x + i, load<T>(x + i) + load<T>(added + i)); },
        [&](std::int64_t i, std::int64_t count) {
          store_part<T>(x + i, load_part<T>(x + i, count, T(0)) + load_part<T>(added + i, count, T(0)),
                        count);
        });
  }
  return n;
}

// Whether the mask leaves one of row r's first n scores.
template <class T>
bool sees_any(const ScoreTile<T>& tile, std::int64_t r, std::int64_t n) {
  for (std::int64_t i = r * tile.mask_step; i < r * tile.mask_step + n; ++i) {
    if (tile.kept ? tile.kept[i] : !tile.added || tile.added[i] != -infinity<T>) return true;
  }
  return false;
}

template <class T>
void softmax_step(const ScoreTile<T>& tile, T* max, T* sum, T* output, std::int64_t output_step,
                  std::int64_t d) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    const std::int64_t n = masked_row(tile, r);
    T* x = tile.scores + r * tile.keys;
    const T before = max[r];
    max[r] = largest_of_row(x, before, n);
    // As long as all is −∞, nothing is subtracted: the exponentials are then 0, not NaN.
    const bool is_empty = max[r] == -infinity<T>;
    const B<T> shift(is_empty ? T(0) : max[r]);
    Sums<T> sums;
    batches<T>(
        n,
        [&](std::int64_t i, int k) {
          const B<T> e = fast_exp<T>(B<T>(load<T>(x + i) - shift));
          sums.of[k] += e;
          store<T>(x + i, e);
        },
        [&](std::int64_t i, std::int64_t count) {
          const B<T> e = fast_exp<T>(B<T>(load_part<T>(x + i, count, -infinity<T>) - shift));
          sums.of[0] += e;
          store_part<T>(x + i, e, count);
        });
    if (before != max[r]) {
      const B<T> factor = fast_exp<T>(B<T>(B<T>(before) - shift));
      sum[r] *= first_of<T>(factor);
      if (output) scale_row(output + r * output_step, factor, d);
    }
    sum[r] += sums.total();
    if (is_empty && sum[r] == T(0) && sees_any(tile, r, n)) sum[r] = T(1);
  }
}

template <class T>
void softmax_end(T* max, T* sum, T* output, std::int64_t output_step, std::int64_t rows, std::int64_t d) {
  for (std::int64_t r = 0; r < rows; ++r) {
    if (sum[r] == T(0)) {
      max[r] = infinity<T>;
    } else if (max[r] == -infinity<T>) {
      sum[r] = std::numeric_limits<T>::quiet_NaN();
    } else {
      sum[r] = T(1) / sum[r];
    }
    scale_row(output + r * output_step, B<T>(sum[r]), d);
  }
}

template <class T>
void dots(const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* dot, std::int64_t rows,
          std::int64_t d) {
  for (std::int64_t r = 0; r < rows; ++r, a += a_step, b += b_step) {
    Sums<T> sums;
    batches<T>(
        d,
        [&](std::int64_t i, int k) {
          const B<T> product = load<T>(a + i) * load<T>(b + i);
          sums.of[k] += product;
        },
        [&](std::int64_t i, std::int64_t count) {
          const B<T> product = load_part<T>(a + i, count, T(0)) * load_part<T>(b + i, count, T(0));
          sums.of[0] += product;
        });
    dot[r] = sums.total();
  }
}

// max, for functions in which a parameter has that name.
template <class T>
B<T> larger(const B<T>& a, const B<T>& b) {
  return max(a, b);
}

template <class T>
void softmax_backward(const ScoreTile<T>& tile, const T* max, const T* inverse_sum, const T* dot,
                      T* gradients, const RowRests<T>& rests, std::int64_t first_key) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    const std::int64_t n = masked_row(tile, r);
    T* x = tile.scores + r * tile.keys;
    const B<T> shift(max[r]), factor(inverse_sum[r]), mean(dot[r]);
    const auto weight_of = [&](const B<T>& score) { return B<T>(fast_exp<T>(B<T>(score - shift)) * factor); };
    if (!gradients) {
      batches<T>(
          n, [&](std::int64_t i, int) { store<T>(x + i, weight_of(load<T>(x + i))); },
          [&](std::int64_t i, std::int64_t count) {
            store_part<T>(x + i, weight_of(load_part<T>(x + i, count, T(0))), count);
          });
      continue;
    }
    T* g = gradients + r * tile.keys;
    Sums<T> sums;
    B<T> largest(T(0));
    batches<T>(
        n,
        [&](std::int64_t i, int k) {
          const B<T> weight = weight_of(load<T>(x + i)), d = weight * (load<T>(g + i) - mean);
          store<T>(x + i, weight);
          store<T>(g + i, d);
          largest = larger<T>(weight, largest);
          sums.of[k] += d;
        },
        [&](std::int64_t i, std::int64_t count) {
          const B<T> weight = weight_of(load_part<T>(x + i, count, -infinity<T>));
          const B<T> d = weight * (load_part<T>(g + i, count, T(0)) - mean);
          store_part<T>(x + i, weight, count);
          store_part<T>(g + i, d, count);
          largest = larger<T>(weight, largest);
          sums.of[0] += d;
        });
    rests.rest[r] += sums.total();
    if (any_of(largest > B<T>(T(0.5)))) {
      std::int64_t leading = 0;
      while (!(x[leading] > T(0.5))) ++leading;
      rests.leading_key[r] = first_key + leading;
    }
    for (std::int64_t i = n; i < tile.keys; ++i) g[i] = T(0);
  }
}

template <class T>
constexpr AttentionRows<T> make_table() {
  return {softmax_step<T>, softmax_end<T>, dots<T>, softmax_backward<T>};
}

}  // namespace

XGRAD_ROWS(AttentionRows, make_table)

}  // namespace xgrad::kernels
