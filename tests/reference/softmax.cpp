// The kernels of softmax, log_softmax and logsumexp against their definitions.
#include "softmax.hpp"

#include "compare.hpp"

#include <xgrad/core/kernels/softmax.hpp>
#include <xgrad/core/ops/softmax.hpp>

using namespace xgrad;
using reference::max_over;

namespace {

struct Rows {
  Tensor x;
  int dim;
};

// Rows of n along the last, the first and the middle dim: small and large numbers.
std::vector<Rows> rows_of(std::int64_t n, DType dtype) {
  Generator generator(static_cast<std::uint64_t>(n));
  std::vector<Rows> rows;
  for (const double scale : {1.0, 30.0, 1e4}) {
    const auto sample = [&](const Shape& shape) { return randn(shape, dtype, generator).mul_(scale); };
    for (const Tensor& x : layouts_of(sample({3, n}))) rows.push_back({x, -1});
    rows.push_back({sample({n, 5}), 0});
    rows.push_back({sample({2, n, 9}), 1});
  }
  return rows;
}

// Units by which exponentials over their sum may be off. The exponent d = m − x is rounded to its size when
// the maximum is subtracted; exp is right to two last places, which are four units; a sum of n terms has at
// most n roundings, in any order (Higham 2002, section 4.2), and carries the errors of its terms, Σ y d ≤ log
// n. Two more for the quotient.
template <class R>
xt::xarray<R> units(const xt::xarray<R>& x, std::int64_t n, std::ptrdiff_t axis) {
  return max_over(x, {axis}) - x + (static_cast<R>(n) + std::log(static_cast<R>(n)) + 10);
}

}  // namespace

TEST_CASE("reference: softmax, log_softmax and logsumexp are PyTorch's") {
  using Array = xt::xarray<double>;
  const auto x = [](const Tensors& in) { return array_of<double>(in[0]); };
  for (const int axis : {-1, 0, 1}) {
    std::string suffix;
    if (axis != -1) suffix.append("_").append(std::to_string(axis));
    check_golden("softmax", "softmax" + suffix,
                 [&](const Tensors& in) { return reference::softmax(x(in), axis); });
    check_golden("softmax", "log_softmax" + suffix,
                 [&](const Tensors& in) { return reference::log_softmax(x(in), axis); });
  }
  for (const char* op : {"softmax_kept_or_zero", "softmax_forbidden_or_zero"}) {
    check_golden("softmax", op, [&](const Tensors& in) {
      const xt::xarray<bool> keep = array_of<double>(in[1]) > 0.5;
      return reference::masked_softmax<double>(0.5 * x(in), reference::additive<double>(keep));
    });
  }
  check_golden("softmax", "softmax_added", [&](const Tensors& in) {
    return reference::masked_softmax<double>(x(in), 0.25 * array_of<double>(in[1]));
  });
  check_golden("reduce", "logsumexp_-1",
               [&](const Tensors& in) -> Array { return reference::logsumexp(x(in), {-1}); });
  check_golden("reduce", "logsumexp_0_1", [&](const Tensors& in) -> Array {
    return reference::logsumexp(x(in), {0, 1});
  });
}

TEST_CASE_TEMPLATE("softmax, log_softmax and logsumexp: rows of every length, along every dim", T, float,
                   double) {
  using R = Wide<T>;
  for (const std::int64_t n : row_sizes) {
    for (const auto& [x, dim] : rows_of(n, dtype_of<T>())) {
      CAPTURE(x.shape());
      const xt::xarray<R> wide = array_of<R>(x), allowed = units(wide, n, dim);
      const xt::xarray<R> y = reference::softmax(wide, dim);
      check_within<T>(allowed * y, softmax(x, dim).value(), y);
      // A logarithm turns the sum's relative error into an absolute one; two subtractions round to their
      // results.
      const xt::xarray<R> sum = reference::logsumexp(wide, {dim}), log_y = reference::log_softmax(wide, dim);
      const xt::xarray<R> of_sum = static_cast<R>(2 * n + 10) + xt::abs(sum) + xt::abs(max_over(wide, {dim}));
      check_within<T>(of_sum, logsumexp(x, dim, true).value(), sum);
      check_within<T>(static_cast<R>(2 * n + 10) + 3 * xt::abs(log_y), log_softmax(x, dim).value(), log_y);
    }
  }
}
