#include <xgrad/core/ops/sort.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/sort.hpp>
#include <xgrad/core/ops/gather.hpp>

namespace xgrad {
namespace {

Tensor first_k(const Tensor& x, int dim, std::int64_t k, bool descending) {
  return kernels::argsort(x.transpose(dim, -1), k, descending).transpose(dim, -1).contiguous();
}

// gather's rule sends each gradient back to its index.
std::pair<Variable, Tensor> taken(const Variable& x, int dim, const Tensor& index) {
  return {gather(x, dim, index), index};
}

}  // namespace

std::pair<Variable, Tensor> sort(const Variable& x, Dim along, bool descending) {
  check_defined("sort", {x});
  const int dim = normalize_dim("sort", along, x.dim());
  return taken(x, dim, first_k(x.value(), dim, x.size(dim), descending));
}

Tensor argsort(const Variable& x, Dim along, bool descending) {
  check_defined("argsort", {x});
  const int dim = normalize_dim("argsort", along, x.dim());
  return first_k(x.value(), dim, x.size(dim), descending);
}

std::pair<Variable, Tensor> topk(const Variable& x, std::int64_t k, Dim along, bool largest) {
  check_defined("topk", {x});
  const int dim = normalize_dim("topk", along, x.dim());
  if (k < 0 || k > x.size(dim)) {
    fail_range("topk", "k must lie in [0, ", x.size(dim), "], the size of dim ", dim, " of shape ", x.shape(),
               ", got ", k);
  }
  return taken(x, dim, first_k(x.value(), dim, k, /*descending=*/largest));
}

}  // namespace xgrad
