#include <xgrad/core/kernels/pick.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/reduce.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/random_fill.hpp>
#include <xgrad/core/tensor/raw.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
bool is_larger(T a, T b) {
  return a > b || (a != a && b == b);
}

// The best value first, which SIMD finds, then where it stands.
template <class T>
std::int64_t place_of(const T* row, std::int64_t n, T worst,
                      void (*best_of_row)(const T* x, std::int64_t n, T* best)) {
  T best = worst;
  best_of_row(row, n, &best);
  return std::find_if(row, row + n, [best](T x) { return x == best || (best != best && x != x); }) - row;
}

template <class T>
std::int64_t place_of_largest(const T* row, std::int64_t n) {
  if constexpr (std::is_floating_point_v<T>) {
    return place_of(row, n, -std::numeric_limits<T>::infinity(), rows<ReduceRows<T>>().max_row);
  } else {
    return std::max_element(row, row + n) - row;
  }
}
template <class T>
std::int64_t place_of_smallest(const T* row, std::int64_t n) {
  if constexpr (std::is_floating_point_v<T>) {
    return place_of(row, n, std::numeric_limits<T>::infinity(), rows<ReduceRows<T>>().min_row);
  } else {
    return std::min_element(row, row + n) - row;
  }
}

// `select(row, n)` picks one index of each row.
template <class Select>
Tensor pick(const Tensor& input, const Select& select) {
  const Distinct distinct(input, {});
  const Tensor x = distinct.x.contiguous();
  const std::int64_t n = x.shape().back();
  const Tensor y = empty(x.shape().without_last(), int64);
  dispatch(x.dtype(), [&]<class T>() {
    const T* from = raw<T>(x);
    auto* to = raw<std::int64_t>(y);
    parallel_for(y.numel(), parallel_grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) to[r] = select(from + r * n, n);
    });
  });
  return distinct.spread(y, input.shape(), only_dim(input.dim() - 1), /*keepdim=*/false);
}

}  // namespace

Tensor argmax(const Tensor& x) {
  return pick(x, []<class T>(const T* row, std::int64_t n) { return place_of_largest(row, n); });
}
Tensor argmin(const Tensor& x) {
  return pick(x, []<class T>(const T* row, std::int64_t n) { return place_of_smallest(row, n); });
}

namespace {

// Values beside their indices: no jumps to compare.
template <class T>
struct Entry {
  T value;
  std::int64_t index;
};

// Apart from the loop over rows: the sort itself needs every register.
template <class T>
[[gnu::noinline]] void sort_row(std::vector<Entry<T>>& row, bool descending) {
  std::sort(row.begin(), row.end(), [descending](const Entry<T>& a, const Entry<T>& b) {
    const Entry<T>&first = descending ? a : b, &second = descending ? b : a;
    return is_larger(first.value, second.value) ||
           (a.index < b.index && !is_larger(second.value, first.value));
  });
}

}  // namespace

Tensor argsort(const Tensor& input, bool descending) {
  const Tensor x = input.contiguous();
  const Tensor y = empty(x.shape(), int64);
  if (x.numel() == 0) return y;
  const std::int64_t n = x.shape().back();
  dispatch(x.dtype(), [&]<class T>() {
    parallel_for(x.numel() / n, parallel_grain / n / 8 + 1, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Entry<T>> row(static_cast<std::size_t>(n));
      for (std::int64_t r = begin; r < end; ++r) {
        for (std::int64_t i = 0; i < n; ++i) row[static_cast<std::size_t>(i)] = {raw<T>(x)[r * n + i], i};
        sort_row(row, descending);
        auto* order = raw<std::int64_t>(y) + r * n;
        for (const Entry<T>& entry : row) *order++ = entry.index;
      }
    });
  });
  return y;
}

std::pair<Tensor, Tensor> topk(const Tensor& input, std::int64_t k) {
  const Tensor x = input.contiguous();
  const std::int64_t n = x.shape().back();
  Shape shape = x.shape();
  shape.back() = k;
  const Tensor values = empty(shape, x.dtype()), indices = empty(shape, int64);
  dispatch(x.dtype(), [&]<class T>() {
    const T* from = raw<T>(x);
    T* to_values = raw<T>(values);
    auto* to_indices = raw<std::int64_t>(indices);
    parallel_for(shape.without_last().numel(), parallel_grain / (n + 1) / 4 + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   std::vector<std::int64_t> order(static_cast<std::size_t>(n));
                   for (std::int64_t r = begin; r < end; ++r) {
                     const T* row = from + r * n;
                     std::iota(order.begin(), order.end(), 0);
                     std::partial_sort(order.begin(), order.begin() + k, order.end(),
                                       [row](std::int64_t a, std::int64_t b) {
                                         return is_larger(row[a], row[b]) ||
                                                (!is_larger(row[b], row[a]) && a < b);
                                       });
                     for (std::int64_t i = 0; i < k; ++i) {
                       const std::int64_t index = order[static_cast<std::size_t>(i)];
                       to_indices[r * k + i] = index;
                       to_values[r * k + i] = row[index];
                     }
                   }
                 });
  });
  return {values, indices};
}

namespace {

template <class T>
void check_weights(const T* row, std::int64_t r, std::int64_t n, std::int64_t count, bool replacement) {
  for (std::int64_t i = 0; i < n; ++i) {
    if (!(row[i] >= 0) || std::isinf(row[i])) {
      fail("multinomial", "weight ", i, " of row ", r, " is ", row[i],
           "; weights are finite and not negative");
    }
  }
  const std::int64_t positive = n - std::count(row, row + n, T(0));
  if (positive == 0) fail("multinomial", "row ", r, " of the weights has no weight above 0");
  if (!replacement && count > positive) {
    fail("multinomial", "row ", r, " has ", positive, " weights above 0, fewer than the ", count,
         " to be drawn; pass replacement = true to draw one several times");
  }
}

// Weights near the largest number are made small by a power of 2, which rounds nothing: their sum stays
// finite.
template <class T>
T unit(const T* row, std::int64_t n) {
  return std::ldexp(T(1), -std::max(0, std::ilogb(*std::max_element(row, row + n))));
}

// By the inverse of the cumulative distribution: the first i with u ≤ Σ_{j ≤ i} w_j / Σ_j w_j.
template <class T>
void draw_with_replacement(const T* row, std::span<std::int64_t> draws, std::vector<T>& cumulative,
                           Generator& generator) {
  T sum = 0;
  const T factor = unit(row, static_cast<std::int64_t>(cumulative.size()));
  for (std::size_t i = 0; i < cumulative.size(); ++i) cumulative[i] = sum += row[i] * factor;
  for (T& c : cumulative) c /= sum;
  cumulative.back() = 1;
  std::vector<double> u(draws.size());
  fill_uniform(u, 0, 1, generator);
  for (std::size_t i = 0; i < u.size(); ++i) {
    const auto at = std::lower_bound(cumulative.begin(), cumulative.end(), u[i],
                                     [](T c, double drawn) { return static_cast<double>(c) < drawn; });
    draws[i] = at - cumulative.begin();
  }
}

}  // namespace

Tensor multinomial(const Tensor& weights, std::int64_t count, bool replacement, Generator& generator) {
  const Tensor w = weights.contiguous();
  const std::int64_t n = w.size(-1), rows = w.numel() / n;
  return dispatch_floating("multinomial", w, [&]<class T>() {
    const T* from = raw<T>(w);
    for (std::int64_t r = 0; r < rows; ++r) check_weights(from + r * n, r, n, count, replacement);
    if (!replacement && count > n) {  // where there are no rows
      fail("multinomial", "weights of shape ", w.shape(), " have ", n, " in a row, fewer than the ", count,
           " to be drawn; pass replacement = true to draw one several times");
    }
    if (!replacement) {
      // The largest of w_i / e_i, with e_i exponentially distributed, is i with probability w_i / Σ w; the
      // second largest is the next draw of what is left, and so on.
      const Tensor e = empty(w.shape(), w.dtype());
      fill_exponential(std::span(raw<T>(e), static_cast<std::size_t>(e.numel())), 1, generator);
      for (std::int64_t r = 0; r < rows; ++r) {
        const T factor = unit(from + r * n, n);
        T* share = raw<T>(e) + r * n;
        for (std::int64_t i = 0; i < n; ++i) share[i] = from[r * n + i] * factor / share[i];
      }
      return topk(e, count).second;
    }
    Shape shape = w.shape();
    shape.back() = count;
    const Tensor y = empty(shape, int64);
    std::vector<T> cumulative(static_cast<std::size_t>(n));
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::span draws(raw<std::int64_t>(y) + r * count, static_cast<std::size_t>(count));
      draw_with_replacement<T>(from + r * n, draws, cumulative, generator);
    }
    return y;
  });
}

}  // namespace xgrad::kernels
