#include <xgrad/core/kernels/norm.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/rows/reduce.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// Whether a sum of powers has overflowed, or is so small that denormal terms count in it.
template <class T>
bool lost_digits(T sum) {
  constexpr T epsilon = std::numeric_limits<T>::epsilon();
  return sum < std::numeric_limits<T>::min() / epsilon / epsilon || sum > std::numeric_limits<T>::max();
}

template <class T>
bool is_divisor(T x) {
  return x > 0 && x <= std::numeric_limits<T>::max();
}

Tensor power(const Tensor& x, double exponent) {
  return exponent == 1 ? x : pow(x, full({}, exponent, x.dtype()));
}

Tensor root(const Tensor& sums, double p) {
  return p == 2 ? unary("norm", Unary::sqrt, sums) : power(sums, 1 / p);
}

Tensor sum_of_powers(const Tensor& x, double p, DimSet dims) {
  return sum(p == 2 ? mul(x, x) : power(abs(x), p), dims, /*keepdim=*/true);
}

// Σ x², in double.
double sum_of_squares(const Tensor& x) {
  const Tensor flat = x.contiguous();
  return dispatch_floating("norm", x, [&]<class T>() {
    return sum_of_parts(flat.numel(), 4 * parallel_grain, 1, [&](std::int64_t first, std::int64_t n) {
      return rows<ReduceRows<T>>().sum_of_squares(raw<T>(flat) + first, n);
    });
  });
}

}  // namespace

Tensor units(const Tensor& x, double p, DimSet dims, const Tensor& sums, double least) {
  return dispatch_floating("norm", x, [&]<class T>() {
    const T* sum = raw<T>(sums);
    if (x.numel() == 0 || std::none_of(sum, sum + sums.numel(), lost_digits<T>)) return Tensor();
    const Tensor units = p > 0 ? amax("norm", abs(x), dims, true) : amin("norm", abs(x), dims, true);
    T* unit = raw<T>(units);
    for (std::int64_t i = 0; i < units.numel(); ++i) {
      if (unit[i] < static_cast<T>(least)) unit[i] = static_cast<T>(least);
      if (!lost_digits(sum[i]) || !is_divisor(unit[i])) unit[i] = 1;
    }
    return units;
  });
}

Tensor norm(const Tensor& input, double p, DimSet dims, bool keepdim) {
  if (std::isinf(p)) {
    const Tensor sizes = abs(Distinct(input, {}).x).expand(input.shape());
    return p > 0 ? amax("norm", sizes, dims, keepdim) : amin("norm", sizes, dims, keepdim);
  }
  if (p == 2 && dims == all_dims(input.dim()))
    return full(reduced_shape(input.shape(), dims, keepdim), two_norm(input), input.dtype());
  const Distinct distinct(input, dims);
  const Tensor& x = distinct.x;
  const Tensor sums = sum_of_powers(x, p, dims);
  const Tensor unit = units(x, p, dims, sums);
  // ‖x‖ = u ‖x/u‖
  Tensor y = unit.defined() ? mul(unit, root(sum_of_powers(div(x, unit), p, dims), p)) : root(sums, p);
  if (distinct.times > 1) y = scale(y, std::pow(static_cast<double>(distinct.times), 1 / p));
  return distinct.spread(y.reshape(reduced_shape(x.shape(), dims, keepdim)), input.shape(), dims, keepdim);
}

double two_norm(const Tensor& input) {
  const Distinct distinct(input, all_dims(input.dim()));
  const Tensor& x = distinct.x;
  const double squares = sum_of_squares(x), repeats = std::sqrt(static_cast<double>(distinct.times));
  if (x.numel() == 0 || !lost_digits(squares)) return std::sqrt(squares) * repeats;
  const auto unit = amax("norm", abs(x), all_dims(x.dim()), false).to(float64).item<double>();
  if (!is_divisor(unit)) return std::sqrt(squares);
  return unit * std::sqrt(sum_of_squares(div(x, full({}, unit, x.dtype())))) * repeats;
}

}  // namespace xgrad::kernels
