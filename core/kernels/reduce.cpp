// How sum(x, 0) is computed: Distinct drops the repeats of an expanded x. reduce_into (reduce_loops.hpp)
// finds the loops over memory and divides them among the threads. A row function (rows/reduce.cpp) adds up
// one row, or several rows column by column.

#include <xgrad/core/kernels/reduce.hpp>

#include <xgrad/core/kernels/reduce_loops.hpp>
#include <xgrad/core/rows/reduce.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {
namespace {

template <class Total>
void add_to(Total& total, Total part) {
  total += part;
}

template <class Total>
void multiply_to(Total& total, Total part) {
  total *= part;
}

// Σ x · factor / divisor.
template <class T>
void sum_floating(const Tensor& x, DimSet dims, const Tensor& y, double factor, double divisor) {
  const auto& r = rows<ReduceRows<T>>();
  const Accumulator<T, double> sums{
      .start = 0, .add_row = r.sum_row, .add_rows = r.sum_rows, .join = add_to<double>};
  reduce_into(x, dims, y, sums, [=](double total) { return static_cast<T>(total * factor / divisor); });
}

// Σ x · factor. Unsigned totals wrap around.
template <class T>
void sum_integers(const Tensor& x, DimSet dims, const Tensor& y, std::int64_t factor) {
  using Total = std::uint64_t;
  reduce_into(x, dims, y, one_by_one<T, Total, add_to<Total>>(0),
              [=](Total total) { return static_cast<std::int64_t>(total * static_cast<Total>(factor)); });
}

// Π x. Unsigned totals wrap around.
template <class T, class Total>
void multiply(const Tensor& x, DimSet dims, const Tensor& y) {
  reduce_into(x, dims, y, one_by_one<T, Total, multiply_to<Total>>(1),
              [](Total total) { return static_cast<T>(total); });
}

}  // namespace

Tensor sum(const Tensor& x, DimSet dims, bool keepdim) {
  const Distinct distinct(x, dims);
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : int64;
  const Tensor y = empty(reduced_shape(distinct.x.shape(), dims, keepdim), dtype);
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      sum_floating<T>(distinct.x, dims, y, static_cast<double>(distinct.times), 1);
    } else {
      sum_integers<T>(distinct.x, dims, y, distinct.times);
    }
  });
  return distinct.spread(y, x.shape(), dims, keepdim);
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  DimSet dims;
  const int lead = x.dim() - shape.dim();
  for (int i = 0; i < x.dim(); ++i)
    dims[static_cast<std::size_t>(i)] = i < lead || shape[i - lead] != x.size(i);
  return sum(x, dims, /*keepdim=*/true).reshape(shape);
}

Tensor prod(const Tensor& input, DimSet dims, bool keepdim) {
  const Tensor x = (is_floating(input.dtype()) ? input : input.to(int64)).contiguous();
  const Tensor y = empty(reduced_shape(x.shape(), dims, keepdim), x.dtype());
  if (x.dtype() == int64) {
    multiply<std::int64_t, std::uint64_t>(x, dims, y);
  } else {
    dispatch_floating("prod", x, [&]<class T>() { multiply<T, double>(x, dims, y); });
  }
  return y;
}

Tensor mean(const Tensor& x, DimSet dims, bool keepdim) {
  const Distinct distinct(x, dims);
  const Tensor y = empty(reduced_shape(distinct.x.shape(), dims, keepdim), x.dtype());
  const auto count = static_cast<double>(reduced_count(distinct.x.shape(), dims));
  dispatch_floating("mean", x, [&]<class T>() { sum_floating<T>(distinct.x, dims, y, 1, count); });
  return distinct.spread(y, x.shape(), dims, keepdim);
}

}  // namespace xgrad::kernels
