// Losses that compare elements; those of classes are in cross_entropy.cpp.

#include <xgrad/core/ops/loss.hpp>

#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/loss.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss_parts.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {
namespace {

void check_weight(const char* op, const Tensor& weight, const char* name, const Variable& x) {
  if (!weight.defined()) return;
  promote(op, x.dtype(), weight.dtype());
  if (!is_broadcastable_to(weight.shape(), x.shape())) {
    fail(op, "a weight of shape ", weight.shape(), " does not broadcast to ", name, " of shape ", x.shape());
  }
}

}  // namespace

Variable binary_cross_entropy_with_logits(const Variable& x, const Variable& targets,
                                          const BCEWithLogitsOptions& options) {
  constexpr const char* op = "binary_cross_entropy_with_logits";
  const DType dtype = check_pair(op, "logits and targets", x, targets);
  check_floating(op, x.value());
  check_weight(op, options.weight, "logits", x);
  check_weight(op, options.pos_weight, "logits", x);
  const Variable t = to(targets, dtype);
  // −log(1 − σ(x)) = softplus(x) and −log σ(x) = softplus(−x). Both are positive, so nothing cancels.
  constexpr double everywhere = std::numeric_limits<double>::infinity();
  const Variable share = options.pos_weight.defined() ? t * options.pos_weight : t;
  Variable losses = weigh(1 - t, softplus(x, 1, everywhere)) + weigh(share, softplus(neg(x), 1, everywhere));
  if (options.weight.defined()) losses = weigh(options.weight, losses);
  return reduced(losses, options.reduction);
}

Variable mse_loss(const Variable& prediction, const Variable& target, Reduction reduction) {
  const DType dtype = check_pair("mse_loss", "prediction and target", prediction, target);
  if (reduction == Reduction::none) {
    const Variable difference = prediction - target;
    return difference * difference;
  }
  const Variable p = to(prediction, dtype), t = to(target, dtype);
  const auto n = static_cast<double>(divisor_of(reduction, p.shape()));
  return record(
      "mse_loss", kernels::scale(kernels::squared_distance(p.value(), t.value()), 1 / n), {p, t}, {p, t},
      [n](const Replay& r) -> Gradients {
        // ∂(Σ (p − t)² / n)/∂p = 2 (p − t) / n, and the opposite for t
        const Variable dp = (r.saved(0) - r.saved(1)) * (r.grad() * (2 / n));
        return {r.wants(0) ? r.connected(0, dp) : nothing, r.wants(1) ? r.connected(1, neg(dp)) : nothing};
      });
}

}  // namespace xgrad
