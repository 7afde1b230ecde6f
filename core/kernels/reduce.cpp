#include <xgrad/core/kernels/reduce.hpp>

#include <algorithm>
#include <cmath>

#include <xgrad/core/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/copy.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/core/kernels/reduce_loops.hpp>
#include <xgrad/core/kernels/rows/reduce.hpp>

namespace xgrad::kernels {
namespace {

// Σ x / divisor.
template <class T>
void sum_floating(const Tensor& x, DimSet dims, const Tensor& y, double divisor) {
  const auto& r = rows<ReduceRows<T>>();
  reduce_into<T, double, T>(
      x, dims, y, 0.0, r.sum_row, r.sum_rows,
      [divisor](double total) { return static_cast<T>(total / divisor); },
      [](double& total, double part) { total += part; });
}

// Wraps around, as integers do.
template <class T>
void sum_integers(const Tensor& x, DimSet dims, const Tensor& y) {
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
      [](Total total) { return static_cast<std::int64_t>(total); },
      [](Total& total, Total part) { total += part; });
}

}  // namespace

Tensor sum(const Tensor& x, DimSet dims, bool keepdim) {
  const Tensor y = empty(reduced_shape(x.shape(), dims, keepdim), is_floating(x.dtype()) ? x.dtype() : int64);
  if (x.numel() == 0) {
    fill(y, 0);
    return y;
  }
  dispatch(x.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      sum_floating<T>(x, dims, y, 1);
    } else {
      sum_integers<T>(x, dims, y);
    }
  });
  return y;
}

Tensor mean(const Tensor& x, DimSet dims, bool keepdim) {
  const Tensor y = empty(reduced_shape(x.shape(), dims, keepdim), x.dtype());
  dispatch_floating("mean", x, [&]<class T>() {
    if (x.numel() == 0) return fill(y, std::numeric_limits<T>::quiet_NaN());
    sum_floating<T>(x, dims, y, static_cast<double>(reduced_count(x.shape(), dims)));
  });
  return y;
}

double freedom(const Shape& shape, DimSet dims, std::int64_t correction) {
  return std::max(static_cast<double>(reduced_count(shape, dims)) - static_cast<double>(correction), 0.0);
}

namespace {

// x − mean. In double throughout: the mean's own rounding error would otherwise be squared into the result.
Tensor wide_deviation(const char* op, const Tensor& x, DimSet dims) {
  check_floating(op, x);
  const Tensor wide = x.to(float64);
  return sub(wide, mean(wide, dims, /*keepdim=*/true));
}

}  // namespace

Tensor var(const Tensor& x, DimSet dims, std::int64_t correction, bool keepdim) {
  const Tensor deviation = wide_deviation("var", x, dims);
  const Tensor squares = sum(mul(deviation, deviation), dims, keepdim);
  return div(squares, full({}, freedom(x.shape(), dims, correction), float64)).to(x.dtype());
}

// Not the root of var: a dtype holds roots whose squares it does not.
Tensor std(const Tensor& x, DimSet dims, std::int64_t correction, bool keepdim) {
  const Tensor distance = norm(wide_deviation("std", x, dims), 2, dims, keepdim);
  return div(distance, full({}, std::sqrt(freedom(x.shape(), dims, correction)), float64)).to(x.dtype());
}

}  // namespace xgrad::kernels
