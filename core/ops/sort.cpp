#include <xgrad/core/ops/sort.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/sort.hpp>
#include <xgrad/core/ops/gather.hpp>

namespace xgrad {

// gather's rule sends each gradient back to its index.

std::pair<Variable, Tensor> sort(const Variable& x, Dim along, bool descending) {
  check_defined("sort", {x});
  const int dim = normalize_dim("sort", along, x.dim());
  const Tensor index =
      kernels::argsort(x.value().transpose(dim, -1), x.size(dim), descending).transpose(dim, -1);
  return {gather(x, dim, index), index.contiguous()};
}

std::pair<Variable, Tensor> topk(const Variable& x, std::int64_t k, Dim along) {
  check_defined("topk", {x});
  const int dim = normalize_dim("topk", along, x.dim());
  if (k < 0 || k > x.size(dim)) {
    fail_range("topk", "k must lie in [0, ", x.size(dim), "], the size of dim ", dim, " of shape ", x.shape(),
               ", got ", k);
  }
  const Tensor index =
      kernels::argsort(x.value().transpose(dim, -1), k, /*descending=*/true).transpose(dim, -1);
  return {gather(x, dim, index), index.contiguous()};
}

}  // namespace xgrad
