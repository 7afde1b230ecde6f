#include <xgrad/core/ops/sort.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/sort.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/pick.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {
namespace {

// What stands at one index along `dim`, which is still there with size 1: gather's rule sends g back to it.
std::pair<Variable, Tensor> at(const Variable& x, int dim, const Tensor& index, bool keepdim) {
  const Variable values = gather(x, dim, index);
  if (keepdim) return {values, index};
  return {squeeze(values, dim), index.squeeze(dim)};
}

}  // namespace

std::pair<Variable, Tensor> max(const Variable& x, Dim along, KeepDim keepdim) {
  check_defined("max", {x});
  const int dim = normalize_dim("max", along, x.dim());
  kernels::check_extreme("max", x.shape(), dim, "largest");
  return at(x, dim, argmax(x, dim, /*keepdim=*/true), keepdim);
}

std::pair<Variable, Tensor> min(const Variable& x, Dim along, KeepDim keepdim) {
  check_defined("min", {x});
  const int dim = normalize_dim("min", along, x.dim());
  kernels::check_extreme("min", x.shape(), dim, "smallest");
  return at(x, dim, argmin(x, dim, /*keepdim=*/true), keepdim);
}

std::pair<Variable, Tensor> topk(const Variable& x, std::int64_t k, Dim dim) {
  check_defined("topk", {x});
  const int d = normalize_dim("topk", dim, x.dim());
  if (k < 0 || k > x.size(d)) {
    fail_range("topk", "k must lie in [0, ", x.size(d), "], the size of dim ", d, " of shape ", x.shape(),
               ", got ", k);
  }
  const Tensor index = kernels::argsort(x.value().transpose(d, -1), k, /*descending=*/true).transpose(d, -1);
  return {gather(x, d, index), index.contiguous()};
}

std::pair<Variable, Tensor> sort(const Variable& x, Dim dim, bool descending) {
  check_defined("sort", {x});
  const int d = normalize_dim("sort", dim, x.dim());
  const Tensor index = kernels::argsort(x.value().transpose(d, -1), x.size(d), descending).transpose(d, -1);
  return {gather(x, d, index), index.contiguous()};
}

}  // namespace xgrad
