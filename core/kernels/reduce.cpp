#include <xgrad/core/kernels/reduce.hpp>

#include <limits>

#include <xgrad/core/kernels/reduce_loops.hpp>
#include <xgrad/core/rows/reduce.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {
namespace {

// Σ x · factor / divisor.
template <class T>
void sum_floating(const Tensor& x, DimSet dims, const Tensor& y, double factor, double divisor) {
  const auto& r = rows<ReduceRows<T>>();
  reduce_into<T, double, T>(
      x, dims, y, 0.0, r.sum_row, r.sum_rows,
      [=](double total) { return static_cast<T>(total * factor / divisor); },
      [](double& total, double part) { total += part; });
}

// Wraps around, as integers do.
template <class T>
void sum_integers(const Tensor& x, DimSet dims, const Tensor& y, std::int64_t factor) {
  using Total = std::uint64_t;
  reduce_into<T, Total, std::int64_t>(
      x, dims, y, Total{0},
      [](const T* row, std::int64_t n, Total* total) {
        Total sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += static_cast<Total>(row[i]);
        *total += sum;
      },
      [](const T* row, std::int64_t count, std::int64_t step, std::int64_t n, Total* totals) {
        for (std::int64_t i = 0; i < count; ++i) {
          for (std::int64_t j = 0; j < n; ++j) totals[j] += static_cast<Total>(row[i * step + j]);
        }
      },
      [=](Total total) { return static_cast<std::int64_t>(total * static_cast<Total>(factor)); },
      [](Total& total, Total part) { total += part; });
}

}  // namespace

Tensor sum(const Tensor& x, DimSet dims, bool keepdim) {
  const Distinct distinct(x, dims);
  const DType dtype = is_floating(x.dtype()) ? x.dtype() : int64;
  const Tensor y = empty(reduced_shape(distinct.x.shape(), dims, keepdim), dtype);
  if (x.numel() == 0) {
    fill(y, 0);
    return y;
  }
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      sum_floating<T>(distinct.x, dims, y, static_cast<double>(distinct.times), 1);
    } else {
      sum_integers<T>(distinct.x, dims, y, distinct.times);
    }
  });
  return distinct.spread(y, x.shape(), dims, keepdim);
}

Tensor mean(const Tensor& x, DimSet dims, bool keepdim) {
  const Distinct distinct(x, dims);
  const Tensor y = empty(reduced_shape(distinct.x.shape(), dims, keepdim), x.dtype());
  dispatch_floating("mean", x, [&]<class T>() {
    if (x.numel() == 0) return fill(y, std::numeric_limits<T>::quiet_NaN());
    const std::int64_t count = reduced_count(distinct.x.shape(), dims);
    sum_floating<T>(distinct.x, dims, y, 1, static_cast<double>(count));
  });
  return distinct.spread(y, x.shape(), dims, keepdim);
}

}  // namespace xgrad::kernels
