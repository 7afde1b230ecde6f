#include <xgrad/core/ops/logsumexp.hpp>

#include <bit>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {

Variable logsumexp(const Variable& x, const Dims& list, KeepDim keepdim) {
  check_defined("logsumexp", {x});
  const kernels::DimSet dims = kernels::reduced_dims("logsumexp", list, x.shape());
  return record("logsumexp", kernels::logsumexp(x.value(), dims, keepdim), {x}, {x, keeps_output},
                [dims](const Replay& r) -> Gradients {
                  // ∂(log Σ_i exp x_i)/∂x_j = exp x_j / Σ_i exp x_i
                  const Variable x = r.saved(0);
                  const Shape kept = kernels::reduced_shape(x.shape(), dims, /*keepdim=*/true);
                  const Variable g = reshape(r.grad(), kept);
                  if (dims.count() == 1) return {g * softmax(x, std::countr_zero(dims.to_ulong()))};
                  // The rounding of a large y changes all exp(x_j − y) by the same factor, which may be far
                  // from 1. Their sum, which would be 1, has that factor too.
                  const Variable share = exp(x - reshape(r.output(), kept));
                  return {g / sum_to(share, kept) * share};
                });
}

}  // namespace xgrad
