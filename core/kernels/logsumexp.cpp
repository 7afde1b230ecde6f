#include <cmath>
#include <limits>

#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/compare.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/select.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/loss.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// Reduces contiguous rows. A result that is not finite is computed again without max, as log Σ exp x over the
// elements that are not finite: that gives ∞, −∞ or NaN.
Tensor logsumexp_of_rows(const Tensor& x, std::int64_t n, const Shape& shape) {
  const Tensor y = empty(shape, x.dtype());
  dispatch_floating("logsumexp", x, [&]<class T>() {
    const T* from = raw<T>(x);
    T* to = raw<T>(y);
    parallel_for(y.numel(), exp_grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const T* row = from + r * n;
        T max = 0, sum = 0;
        rows<LossRows<T>>().log_sum_exp(row, n, &max, &sum);
        to[r] = max + std::log(sum);
        if (std::isfinite(to[r])) continue;
        sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += std::isfinite(row[i]) ? T(0) : std::exp(row[i]);
        to[r] = std::log(sum);
      }
    });
  });
  return y;
}

}  // namespace

Tensor logsumexp(const Tensor& input, DimSet dims, bool keepdim) {
  check_floating("logsumexp", input);
  if (input.numel() == 0)
    return full(reduced_shape(input.shape(), dims, keepdim), -std::numeric_limits<double>::infinity(),
                input.dtype());
  const Distinct distinct(input, dims);
  const Tensor& x = distinct.x;
  const std::int64_t n = reduced_count(x.shape(), dims);
  const Shape left = reduced_shape(x.shape(), dims, keepdim);
  std::int64_t inner = 1;
  for (int i = x.dim() - 1; i >= 0 && dims[static_cast<std::size_t>(i)]; --i) inner *= x.size(i);
  Tensor y;
  if (inner == n) {
    y = logsumexp_of_rows(x.contiguous(), n, left);
  } else {
    // The reduced elements are not contiguous rows: log(Σ exp(x − max)) + max. An infinite max is not
    // subtracted.
    const Tensor max = amax("logsumexp", x, dims, /*keepdim=*/true);
    const Tensor shift = masked_fill(max, eq(abs(max), full({}, INFINITY, x.dtype())), 0);
    const Tensor total = sum(unary("logsumexp", Unary::exp, sub(x, shift)), dims, /*keepdim=*/true);
    y = add(unary("logsumexp", Unary::log, total), shift).reshape(left);
  }
  if (distinct.times > 1) y = add_scalar(y, std::log(static_cast<double>(distinct.times)));
  return distinct.spread(y, input.shape(), dims, keepdim);
}

}  // namespace xgrad::kernels
