#include <xgrad/core/ops/cumsum.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/cumsum.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {
namespace {

Variable cumsum(const Variable& x, int dim, bool from_the_end) {
  return record("cumsum", kernels::cumsum(x.value(), dim, from_the_end), {x}, {},
                [=](const Replay& r) -> Gradients {
                  // x_j is part of every y_i with i ≥ j   ⇒   dx_j = Σ_{i ≥ j} g_i
                  return {cumsum(r.grad(), dim, !from_the_end)};
                });
}

}  // namespace

Variable cumsum(const Variable& x, Dim dim) {
  check_defined("cumsum", {x});
  if (x.dim() == 0) return reshape(cumsum(reshape(x, {1}), dim), {});
  return cumsum(x, normalize_dim("cumsum", dim, x.dim()), /*from_the_end=*/false);
}

}  // namespace xgrad
