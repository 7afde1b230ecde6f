#include <xgrad/core/ops/gather.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/indexing.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/ops/scatter.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Variable gather(const Variable& x, int dim, const Variable& index) {
  check_defined("gather", {x, index});
  dim = normalize_dim("gather", dim, x.dim());
  const Variable from_front = count_from_front_of("gather", index, x, dim);
  return record("gather", kernels::gather(x.value(), dim, from_front.value()), {x}, {from_front},
                [dim](const Replay& r) -> Gradients {
                  // y_i = x[index_i]   ⇒   dx[v] = Σ of g_i over all i with index_i = v. In max and sort the
                  // index comes from x, so y is not linear in x.
                  const Variable dx = zeros(r.input_shape(0), r.grad().dtype());
                  return {r.connected(0, scatter_add(dx, dim, r.saved(0), r.grad()))};
                });
}

}  // namespace xgrad
