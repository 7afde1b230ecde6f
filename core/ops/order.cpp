#include <xgrad/core/ops/order.hpp>

#include <xgrad/core/kernels/pick.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/pick.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {
namespace {

// What stands at one index along `dim`, which is still there with size 1: gather's rule sends g back to it.
std::pair<Variable, Tensor> at(const Variable& x, int dim, const Tensor& index, bool keepdim) {
  const Variable values = gather(x, dim, index);
  if (keepdim) return {values, index};
  return {squeeze(values, dim), index.squeeze(dim)};
}

}  // namespace

std::pair<Variable, Tensor> max(const Variable& x, int dim, bool keepdim) {
  check_defined("max", {x});
  dim = normalize_dim("max", dim, x.dim());
  kernels::check_extreme("max", x.shape(), dim, "largest");
  return at(x, dim, argmax(x, dim, /*keepdim=*/true), keepdim);
}

std::pair<Variable, Tensor> min(const Variable& x, int dim, bool keepdim) {
  check_defined("min", {x});
  dim = normalize_dim("min", dim, x.dim());
  kernels::check_extreme("min", x.shape(), dim, "smallest");
  return at(x, dim, argmin(x, dim, /*keepdim=*/true), keepdim);
}

std::pair<Variable, Tensor> sort(const Variable& x, int dim, bool descending) {
  check_defined("sort", {x});
  const int d = normalize_dim("sort", dim, x.dim());
  const Tensor index = kernels::argsort(x.value().transpose(d, -1), descending).transpose(d, -1);
  return {gather(x, d, index), index.contiguous()};
}

}  // namespace xgrad
