#include <algorithm>
#include <array>
#include <cmath>

#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/core/kernels/reduce_loops.hpp>
#include <xgrad/core/rows/reduce.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {
namespace {

// The number of elements, their mean, and Σ (x − mean)². The mean is center + rest, since one double may
// round it by more than the elements differ.
struct Moments {
  double n = 0, center = 0, rest = 0, squares = 0;
};

// a becomes the moments of both sets together (Chan, Golub & LeVeque 1979).
void join(Moments& a, Moments b) {
  if (b.n == 0) return;
  if (a.n == 0) {
    a = b;
    return;
  }
  const double n = a.n + b.n, distance = (b.center - a.center) + (b.rest - a.rest);
  a.squares += b.squares + distance * distance * (a.n * b.n / n);
  a.rest += distance * (b.n / n);
  a.n = n;
}

// Moments from Σ (x − center) and Σ (x − center)², with a center near the mean. An infinite sum of squares
// stays infinite, where ∞ − ∞ would be NaN. No rounding makes the result negative.
Moments around(double n, double center, double sum, double squares) {
  const double around_mean = std::isinf(squares) ? squares : std::max(squares - sum * sum / n, 0.0);
  return {n, center, sum / n, around_mean};
}

// Takes a row part by part, each while it is in the first-level cache: its rounded mean, then the distances
// from it.
template <class T>
void add_row(const T* x, std::int64_t n, Moments* moments) {
  constexpr std::int64_t most = 2048;
  const auto& r = rows<ReduceRows<T>>();
  for (std::int64_t i = 0; i < n; i += most) {
    const std::int64_t count = std::min(n - i, most);
    const auto size = static_cast<double>(count);
    double center = 0, sum = 0, squares = 0;
    r.sum_row(x + i, count, &center);
    center /= size;
    r.distances_row(x + i, count, center, &sum, &squares);
    join(*moments, around(size, center, sum, squares));
  }
}

// The same for each column, a few rows at a time.
template <class T>
void add_rows(const T* x, std::int64_t rows, std::int64_t step, std::int64_t n, Moments* moments) {
  constexpr std::int64_t most = 32;
  using Columns = std::array<double, ReducePlan::most_columns>;
  const auto& r = kernels::rows<ReduceRows<T>>();
  for (std::int64_t i = 0; i < rows; i += most) {
    const std::int64_t count = std::min(rows - i, most);
    const auto size = static_cast<double>(count);
    alignas(64) Columns centers, sums, squares;
    for (Columns* each : {&centers, &sums, &squares}) std::fill_n(each->begin(), n, 0.0);
    r.sum_rows(x + i * step, count, step, n, centers.data());
    for (std::int64_t j = 0; j < n; ++j) centers[static_cast<std::size_t>(j)] /= size;
    r.distances_rows(x + i * step, count, step, n, centers.data(), sums.data(), squares.data());
    for (std::int64_t j = 0; j < n; ++j) {
      const auto k = static_cast<std::size_t>(j);
      join(moments[j], around(size, centers[k], sums[k], squares[k]));
    }
  }
}

// Σ (x − mean)², with keepdim. In float64, because the mean's rounding error is squared too.
Tensor squared_distances(const char* op, const Tensor& x, DimSet dims) {
  const Tensor y = empty(reduced_shape(x.shape(), dims, /*keepdim=*/true), float64);
  dispatch_floating(op, x, [&]<class T>() {
    const Accumulator<T, Moments> moments{
        .start = {}, .add_row = add_row<T>, .add_rows = add_rows<T>, .join = join};
    reduce_into(x, dims, y, moments, [](const Moments& m) { return m.squares; });
  });
  return y;
}

// The divisor of Σ (x − mean)² if the sum counts each distinct element once.
Tensor divisor(const Tensor& x, const Distinct& distinct, DimSet dims, std::int64_t correction) {
  return full({}, freedom(x.shape(), dims, correction) / static_cast<double>(distinct.times), float64);
}

Tensor finish(const Tensor& y, const Tensor& x, const Distinct& distinct, DimSet dims, bool keepdim) {
  const Tensor left = y.to(x.dtype()).reshape(reduced_shape(distinct.x.shape(), dims, keepdim));
  return distinct.spread(left, x.shape(), dims, keepdim);
}

}  // namespace

double freedom(const Shape& shape, DimSet dims, std::int64_t correction) {
  return std::max(static_cast<double>(reduced_count(shape, dims)) - static_cast<double>(correction), 0.0);
}

Tensor var(const Tensor& x, DimSet dims, std::int64_t correction, bool keepdim) {
  const Distinct distinct(x, dims);
  const Tensor squares = squared_distances("var", distinct.x, dims);
  return finish(div(squares, divisor(x, distinct, dims, correction)), x, distinct, dims, keepdim);
}

// Not the root of var: a dtype may hold a root but not its square. float64 holds all squares of float32; a
// float64 x is divided by units first.
Tensor std(const Tensor& x, DimSet dims, std::int64_t correction, bool keepdim) {
  const Distinct distinct(x, dims);
  Tensor squares = squared_distances("std", distinct.x, dims);
  const Tensor unit = x.dtype() == float64 ? units(distinct.x, 2, dims, squares) : Tensor();
  if (unit.defined()) squares = squared_distances("std", div(distinct.x, unit), dims);
  const Tensor root = unary("std", Unary::sqrt, div(squares, divisor(x, distinct, dims, correction)));
  return finish(unit.defined() ? mul(unit, root) : root, x, distinct, dims, keepdim);
}

}  // namespace xgrad::kernels
