#include <xgrad/core/ops/unique.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/cumsum.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/scatter.hpp>
#include <xgrad/core/ops/sort.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Unique unique(const Variable& x) {
  check_defined("unique", {x});
  const Tensor flat = x.value().reshape({-1});
  const auto [sorted, order] = sort(flat);
  const Tensor s = sorted.value();
  // Equal elements are neighbours now. Each one that differs from the one before begins the next value.
  const Tensor begins =
      cat({ones({std::min<std::int64_t>(s.numel(), 1)}, boolean), ne(s.slice(0, 1), s.slice(0, 0, -1))}, 0)
          .value();
  const Tensor number = (cumsum(begins, 0) - 1).value();
  const Tensor counts = bincount(number);
  return {.values = scatter(zeros(counts.shape(), x.dtype()), 0, number, s).value(),
          .inverse = scatter(zeros(flat.shape(), int64), 0, order, number).value().reshape(x.shape()),
          .counts = counts};
}

Tensor bincount(const Variable& x, const Variable& weights, std::int64_t minlength) {
  check_defined("bincount", {x});
  if (x.dim() != 1) fail("bincount", "x must be 1-D, got shape ", x.shape(), "; reshape({-1}) flattens it");
  if (minlength < 0) fail("bincount", "minlength must not be negative, got ", minlength);
  if (x.dtype() != int64) fail("bincount", "x must be int64, not ", x.dtype(), "; convert with to(int64)");
  if (weights.defined() && weights.shape() != x.shape()) {
    fail("bincount", "needs one weight for each element of x, got weights ", weights.shape(), " for x ",
         x.shape());
  }
  const bool is_empty = x.numel() == 0;
  const std::int64_t smallest = is_empty ? 0 : min(x).item<std::int64_t>();
  const std::int64_t largest = is_empty ? -1 : max(x).item<std::int64_t>();
  if (smallest < 0) fail("bincount", "x must not be negative, got ", smallest);
  if (largest == to_end) fail("bincount", "element ", largest, " needs more counts than can be counted");
  const Shape shape{std::max(largest + 1, minlength)};
  check_sizes("bincount", shape);
  if (!weights.defined())
    return scatter_add(zeros(shape, float64), 0, x, ones(x.shape(), float64)).value().to(int64);
  const Tensor terms = is_floating(weights.dtype()) ? weights.value() : weights.value().to(float64);
  return scatter_add(zeros(shape, terms.dtype()), 0, x, terms).value();
}

}  // namespace xgrad
