// The largest and smallest elements (amax, amin) and their indices (argmax, argmin).

#include <algorithm>
#include <functional>
#include <limits>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/reduce_loops.hpp>
#include <xgrad/core/rows/reduce.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
void keep_larger(T& best, T x) {
  if (x > best || x != x) best = x;
}
template <class T>
void keep_smaller(T& best, T x) {
  if (x < best || x != x) best = x;
}

constexpr auto largest = []<class T>() -> Accumulator<T, T> {
  if constexpr (std::is_floating_point_v<T>) {
    const auto& r = rows<ReduceRows<T>>();
    return {.start = -std::numeric_limits<T>::infinity(),
            .add_row = r.max_row,
            .add_rows = r.max_rows,
            .join = keep_larger<T>};
  } else {
    return one_by_one<T, T, keep_larger<T>>(std::numeric_limits<T>::lowest());
  }
};
constexpr auto smallest = []<class T>() -> Accumulator<T, T> {
  if constexpr (std::is_floating_point_v<T>) {
    const auto& r = rows<ReduceRows<T>>();
    return {.start = std::numeric_limits<T>::infinity(),
            .add_row = r.min_row,
            .add_rows = r.min_rows,
            .join = keep_smaller<T>};
  } else {
    return one_by_one<T, T, keep_smaller<T>>(std::numeric_limits<T>::max());
  }
};

// `make` is the Accumulator of a dtype.
template <class Make>
Tensor reduce_to(std::string_view op, std::string_view which, const Tensor& x, DimSet dims, bool keepdim,
                 const Make& make) {
  for (int i = 0; i < x.dim(); ++i) {
    if (contains(dims, i)) check_extreme(op, x.shape(), i, which);
  }
  const Distinct distinct(x, dims);
  const Tensor y = empty(reduced_shape(distinct.x.shape(), dims, keepdim), x.dtype());
  dispatch(x.dtype(), [&]<class T>() {
    reduce_into(distinct.x, dims, y, make.template operator()<T>(), std::identity());
  });
  return distinct.spread(y, x.shape(), dims, keepdim);
}

// The best value first, which SIMD finds, then its index.
template <class T>
std::int64_t index_of_best(const T* row, std::int64_t n, const Accumulator<T, T>& best_of) {
  T best = best_of.start;
  best_of.add_row(row, n, &best);
  return std::find_if(row, row + n, [best](T x) { return x == best || (best != best && x != x); }) - row;
}

template <class Make>
Tensor index_of(const Tensor& input, const Make& make) {
  const Distinct distinct(input, {});
  const Tensor x = distinct.x.contiguous();
  const std::int64_t n = x.shape().back();
  const Tensor y = empty(x.shape().without_last(), int64);
  dispatch(x.dtype(), [&]<class T>() {
    const Accumulator<T, T> best_of = make.template operator()<T>();
    const T* from = raw<T>(x);
    auto* to = raw<std::int64_t>(y);
    parallel_for(y.numel(), parallel_grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) to[r] = index_of_best(from + r * n, n, best_of);
    });
  });
  return distinct.spread(y, input.shape(), only_dim(input.dim() - 1), /*keepdim=*/false);
}

}  // namespace

Tensor amax(std::string_view op, const Tensor& x, DimSet dims, bool keepdim) {
  return reduce_to(op, "largest", x, dims, keepdim, largest);
}
Tensor amin(std::string_view op, const Tensor& x, DimSet dims, bool keepdim) {
  return reduce_to(op, "smallest", x, dims, keepdim, smallest);
}

Tensor argmax(const Tensor& x) { return index_of(x, largest); }
Tensor argmin(const Tensor& x) { return index_of(x, smallest); }

void check_extreme(std::string_view op, const Shape& shape, int dim, std::string_view which) {
  if (shape[dim] > 0) return;
  fail(op, "dim ", dim, " of shape ", shape, " has size 0: there is no ", which, " element");
}

}  // namespace xgrad::kernels
