// Cross entropy fused with the product that makes the logits. In this file x is (..., D), the weight W (V,
// D), the bias b (V), targets t and losses are (...). N is the number of targets.

#include <xgrad/core/autograd/mixed_precision.hpp>
#include <xgrad/core/autograd/product_operands.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/linear_cross_entropy.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss_parts.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

constexpr const char* op_name = "linear_cross_entropy";

void check_operands(const Variable& x, const Variable& w, const Variable& b) {
  if (x.dtype() != bfloat16) check_floating(op_name, x.value());
  const bool fits = x.dim() > 0 && w.dim() == 2 && w.size(1) == x.size(-1);
  if (!fits)
    fail(op_name, "x must be (..., D) and linear_weight (V, D), got ", x.shape(), " and ", w.shape());
  if (w.size(0) == 0) fail(op_name, "there are no classes in linear_weight of shape ", w.shape());
  if (!can_multiply(x.dtype(), w.dtype())) {
    fail(op_name, "x is ", x.dtype(), ' ', x.shape(), ", linear_weight ", w.dtype(), ' ', w.shape(),
         "; convert one of them with to()");
  }
  if (!b.defined()) return;
  if (b.shape() != Shape{w.size(0)}) {
    fail(op_name, "linear_bias must be (V) = ", Shape{w.size(0)}, " for linear_weight ", w.shape(), ", not ",
         b.shape());
  }
  if (b.dtype() == bfloat16) fail(op_name, "linear_bias is added in float32, not bfloat16 ", b.shape());
  if (!can_multiply(x.dtype(), b.dtype())) {
    fail(op_name, "x is ", x.dtype(), ", linear_bias ", b.dtype(), "; convert one of them with to()");
  }
}

void check_targets(const Variable& x, const Variable& t) {
  if (t.dtype() != int64) {
    fail(op_name, "targets of shape ", t.shape(),
         " are classes, int64, or probabilities of classes, floating, not ", t.dtype());
  }
  if (t.shape() != x.shape().without_last()) {
    fail(op_name, "targets must be (...) = ", x.shape().without_last(), " for x (..., D) = ", x.shape(),
         ", not ", t.shape());
  }
}

// (..., V) as (N, V, d...), as cross_entropy wants logits and probabilities; (V) and (N, V) as they are.
Variable classes_second(const Variable& x) {
  if (x.dim() < 3) return x;
  Shape order = {0, x.dim() - 1};
  for (int dim = 1; dim < x.dim() - 1; ++dim) order.push_back(dim);
  return permute(x, order);
}

constexpr std::size_t first_gradient = 4;  // behind x, w, b and t in what the node keeps

// g times the gradient of input i, which the forward pass has made. If other ops have left a sum, it is added
// there, and nothing is returned.
Tensor scaled(const KernelReplay& r, std::size_t i) {
  if (!r.wants(i)) return nothing;
  const Tensor& kept = r.saved(first_gradient + i);
  const double g = r.grad().at({});
  if (const Tensor sum = r.sum_so_far(i); sum.defined()) {
    kernels::add_into(sum, kept, g);
    return nothing;
  }
  return g == 1 ? kept : kernels::scale(kept, g);
}

// `count` of the targets are not ignored.
Variable in_one_node(const Variable& x, const Variable& w, const Variable& b, const Variable& t,
                     const CrossEntropyOptions& options, std::int64_t count) {
  const bool is_reduced = options.reduction != Reduction::none;
  const std::int64_t divisor =
      options.reduction == Reduction::mean ? count : divisor_of(options.reduction, t.shape());
  const std::int64_t ignore_index = options.ignore_index;
  const double smoothing = options.label_smoothing;
  const bool mixed = is_mixed_product(x.dtype(), w.dtype());
  const Variable read_x = mixed ? in_bfloat16(x) : x;  // the kernel rounds w
  // With the logits z = x Wᵀ + b, and dz as in cross_entropy:  dx = dz W,  dW = dzᵀ x,  db = Σ_n dz_n
  const auto rule = [=](const Replay& r) -> Gradients {
    const MixedPrecision guard(mixed);
    const Variable w = in_float32(r.saved(1)), b = r.keeps(2) ? r.saved(2) : Variable(), t = r.saved(3);
    const std::int64_t N = t.numel();
    const Variable x = reshape(in_float32(r.saved(0)), {N, w.size(1)});  // (N, D)
    const Variable g = divisor == 1 ? r.grad() : r.grad() / divisor;
    const Variable dz = cross_entropy_slopes(expand(g, t.shape()), linear(x, w, b), reshape(t, {N}),
                                             ignore_index, smoothing);  // (N, V)
    return {r.wants(0) ? reshape(matmul(dz, w), r.input_shape(0)) : nothing,
            r.wants(1) ? matmul(dz.mT(), x) : nothing, r.wants(2) ? sum(dz, {0}) : nothing};
  };
  const auto kernel = [=](const KernelReplay& r) -> KernelGradients {
    if (is_reduced) return {scaled(r, 0), scaled(r, 1), scaled(r, 2)};
    const Tensor b = r.keeps(2) ? r.saved(2) : Tensor();
    const auto d =
        kernels::linear_cross_entropy({r.saved(0), r.saved(1), b, r.saved(3), ignore_index, smoothing},
                                      r.grad(), {.dx = r.wants(0), .dw = r.wants(1), .db = r.wants(2)});
    return {d.dx, d.dw, d.db};
  };
  // All rows of a reduced loss get one gradient, g / divisor. So the logits of a few rows become the
  // gradients for g = 1 at once, and need not be made again.
  kernels::LinearCrossEntropyWants wants;
  Tensor g;
  if (is_reduced && wants_gradient({x, w, b})) {
    wants = {.dx = x.requires_grad(), .dw = w.requires_grad(), .db = b.defined() && b.requires_grad()};
    g = full(t.shape(), 1 / static_cast<double>(divisor), kernels::product_dtype(x.value()));
  }
  const auto out = kernels::linear_cross_entropy(
      {read_x.value(), w.value(), value_if_defined(b), t.value(), ignore_index, smoothing}, g, wants);
  const auto kept = [](const Tensor& d) { return d.defined() ? Variable(d) : Variable(); };
  return record(mixed ? "linear_cross_entropy_bfloat16" : op_name,
                reduced_value(out.losses, options.reduction, divisor), {x, w, b},
                {read_x, w, b, t, kept(out.dx), kept(out.dw), kept(out.db)}, fused(rule, kernel));
}

}  // namespace

Variable linear_cross_entropy(const Variable& x, const Variable& linear_weight, const Variable& targets,
                              const Variable& linear_bias, const CrossEntropyOptions& options) {
  check_defined(op_name, {x, linear_weight, targets});
  check_operands(x, linear_weight, linear_bias);
  check_label_smoothing(op_name, options.label_smoothing);
  const bool are_probabilities = is_floating(targets.dtype());
  if (are_probabilities || options.weight.defined()) {
    return cross_entropy(classes_second(linear(x, linear_weight, linear_bias)),
                         are_probabilities ? classes_second(targets) : targets, options);
  }
  check_targets(x, targets);
  const std::int64_t count = count_targets(op_name, targets, linear_weight.size(0), options.ignore_index);
  return in_one_node(x, linear_weight, linear_bias, targets, options, count);
}

}  // namespace xgrad
