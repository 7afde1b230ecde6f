#include <xgrad/core/ops/gather.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/indexing.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

void check(const char* op, const Variable& index, const Variable& x, int dim) {
  bool fits = index.dim() == x.dim();
  for (int i = 0; fits && i < x.dim(); ++i) fits = i == dim || index.size(i) <= x.size(i);
  if (!fits) {
    fail(op, "the index of shape ", index.shape(), " does not fit x of shape ", x.shape(), " along dim ", dim,
         "; it needs as many dims, and in the others sizes no larger than x's");
  }
  check_index(op, index, x.shape(), dim);
}

}  // namespace

Variable gather(const Variable& x, int dim, const Variable& index) {
  check_defined("gather", {x, index});
  dim = normalize_dim("gather", dim, x.dim());
  check("gather", index, x, dim);
  return record("gather", kernels::gather(x.value(), dim, index.value()), {x}, {index},
                [dim](const Replay& r) -> Gradients {
                  // y_i = x[index_i]   ⇒   dx[v] = Σ of g_i over all i with index_i = v. In max and sort the
                  // index comes from x, so y is not linear in x.
                  const Variable dx = zeros(r.input_shape(0), r.grad().dtype());
                  return {r.connected(0, scatter_add(dx, dim, r.saved(0), r.grad()))};
                });
}

Variable scatter_add(const Variable& x, int dim, const Variable& index, const Variable& source) {
  check_defined("scatter_add", {x, index, source});
  dim = normalize_dim("scatter_add", dim, x.dim());
  check("scatter_add", index, x, dim);
  if (source.shape() != index.shape()) {
    fail("scatter_add", "the source of shape ", source.shape(), " must have the index's shape, ",
         index.shape());
  }
  check_source("scatter_add", x, source);
  const Tensor y = x.value().clone();
  kernels::scatter_add_into(y, dim, index.value(), source.value());
  return record("scatter_add", y, {x, source}, {keep_for(1, index)}, [dim](const Replay& r) -> Gradients {
    // y[index_i] = x[index_i] + source_i   ⇒   dx = g,  dsource_i = g[index_i]
    return {r.wants(0) ? r.grad() : nothing, r.wants(1) ? gather(r.grad(), dim, r.saved(0)) : nothing};
  });
}

}  // namespace xgrad
