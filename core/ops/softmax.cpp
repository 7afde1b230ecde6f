#include <xgrad/core/ops/softmax.hpp>

#include <bit>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/softmax.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/score_mask.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {

Variable softmax(Variable x, Dim axis, const SoftmaxOptions& options) {
  check_defined("softmax", {x});
  check_floating("softmax", x.value());
  const Tensor mask = checked_mask("softmax", options.mask, x.shape(), x.dtype());
  if (x.dim() == 0) {  // one row of one element
    SoftmaxOptions row = options;
    if (mask.defined()) row.mask = mask.reshape({1});
    return reshape(softmax(reshape(x, {1}), axis, row), {});
  }
  const int dim = normalize_dim("softmax", axis, x.dim());
  const Tensor y = memory_for_result(x);
  kernels::softmax(x.value(), dim, options.scale, mask, options.zero_if_all_masked, y);
  const auto rule = [dim, s = options.scale](const Replay& r) -> Gradients {
    // ∂y_i/∂x_j = s y_i (δ_ij − y_j)   ⇒   dx = s y ⊙ (g − Σ_j g_j y_j)
    return {softmax_backward(r.grad(), r.output(), dim, s)};
  };
  const auto kernel = [dim, s = options.scale](const KernelReplay& r) -> KernelGradients {
    Tensor dx = r.memory_for_gradient();
    kernels::softmax_backward(r.grad(), r.output(), dim, s, dx);
    return {dx};
  };
  return record("softmax", y, {x}, {keeps_output}, fused(rule, kernel));
}

// The sum is subtracted twice: the first difference loses digits that are small beside g. Since Σ y = 1, the
// second sum is that loss.
Variable softmax_backward(const Variable& g, const Variable& y, int dim, double scale) {
  const Variable difference = g - sum(g * y, dim, /*keepdim=*/true);
  return y * (difference - sum(difference * y, dim, /*keepdim=*/true)) * scale;
}

Variable log_softmax(Variable x, Dim axis) {
  check_defined("log_softmax", {x});
  check_floating("log_softmax", x.value());
  if (x.dim() == 0) return reshape(log_softmax(reshape(x, {1}), axis), {});
  const int dim = normalize_dim("log_softmax", axis, x.dim());
  const Tensor y = memory_for_result(x);
  kernels::log_softmax(x.value(), dim, y);
  const auto rule = [dim](const Replay& r) -> Gradients {
    // ∂y_i/∂x_j = δ_ij − exp(y_j)   ⇒   dx = g − exp(y) Σ_i g_i. A row of dx adds up to 0: its sum is the
    // rounding error, which is subtracted too.
    const Variable p = exp(r.output()), dx = r.grad() - p * sum(r.grad(), dim, /*keepdim=*/true);
    return {dx - p * sum(dx, dim, /*keepdim=*/true)};
  };
  const auto kernel = [dim](const KernelReplay& r) -> KernelGradients {
    Tensor dx = r.memory_for_gradient();
    kernels::log_softmax_backward(r.grad(), r.output(), dim, dx);
    return {dx};
  };
  return record("log_softmax", y, {x}, {keeps_output}, fused(rule, kernel));
}

Variable logsumexp(const Variable& x, const Dims& list, KeepDim keepdim) {
  check_defined("logsumexp", {x});
  const kernels::DimSet dims = kernels::reduced_dims("logsumexp", list, x.shape());
  return record("logsumexp", kernels::logsumexp(x.value(), dims, keepdim), {x}, {x, keeps_output},
                [dims, list](const Replay& r) -> Gradients {
                  // ∂(log Σ_i exp x_i)/∂x_j = exp x_j / Σ_i exp x_i
                  const Variable x = r.saved(0);
                  const Shape kept = kernels::reduced_shape(x.shape(), dims, /*keepdim=*/true);
                  const Variable g = reshape(r.grad(), kept);
                  if (dims.count() == 1) return {g * softmax(x, std::countr_zero(dims.to_ulong()))};
                  // The rounding of a large y changes all exp(x_j − y) by the same factor, which may be far
                  // from 1. Their sum, which would be 1, has that factor too.
                  const Variable share = exp(x - reshape(r.output(), kept));
                  return {g / sum(share, list, /*keepdim=*/true) * share};
                });
}

}  // namespace xgrad
