// Losses that compare elements; those of classes are in cross_entropy.cpp.

#include <xgrad/core/ops/loss.hpp>

#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/base/static_value.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/kernels/loss.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/elementwise.hpp>
#include <xgrad/core/ops/loss_parts.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

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

Variable binary_cross_entropy(const Variable& probs, const Variable& targets, const BCEOptions& options) {
  constexpr const char* op = "binary_cross_entropy";
  const DType dtype = check_pair(op, "probabilities and targets", probs, targets);
  check_floating(op, probs.value());
  check_weight(op, options.weight, "probabilities", probs);
  if (probs.numel() > 0) {
    const double least = amin(probs.value()).item<double>(), most = amax(probs.value()).item<double>();
    if (least < 0 || most > 1) {
      fail(op, "probabilities lie in [0, 1], got numbers from ", least, " to ", most, " in shape ",
           probs.shape(), "; binary_cross_entropy_with_logits takes logits");
    }
  }
  static constexpr double least_log = -100, least_variance = 1e-12;
  const Variable t = to(targets, dtype);
  const Tensor& p = probs.value();
  const auto logarithm = [&](kernels::Unary f, const Tensor& of) {
    return kernels::unary(op, kernels::Unary::clamp, kernels::unary(op, f, of), least_log, 0);
  };
  const Tensor log_p = logarithm(kernels::Unary::log, p);
  const Tensor log_not_p = logarithm(kernels::Unary::log1p, kernels::neg(p));
  const Tensor value =
      kernels::neg(kernels::add(kernels::mul(t.value(), log_p),
                                kernels::mul(kernels::add_scalar(kernels::neg(t.value()), 1), log_not_p)));
  Variable losses = record(op, value, {probs, t}, {probs, keep_for(0, t)}, [](const Replay& r) -> Gradients {
    // −∂/∂p (t log p + (1 − t) log(1 − p)) = (p − t) / (p (1 − p)), −∂/∂t = log(1 − p) − log p
    const Variable p = r.saved(0), &g = r.grad();
    const auto limited = [](const Variable& log) { return clamp(log, least_log); };
    return {r.wants(0) ? g * ((p - r.saved(1)) / clamp(p * (1 - p), least_variance)) : nothing,
            r.wants(1) ? g * (limited(log1p(neg(p))) - limited(log(p))) : nothing};
  });
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

Variable l1_loss(const Variable& prediction, const Variable& target, Reduction reduction) {
  check_pair("l1_loss", "prediction and target", prediction, target);
  return reduced(abs(prediction - target), reduction);
}

Variable huber_loss(const Variable& prediction, const Variable& target, const HuberLossOptions& options) {
  const DType dtype = check_pair("huber_loss", "prediction and target", prediction, target);
  const double delta = options.delta;
  if (!(delta > 0))
    fail("huber_loss", "delta must be positive, got ", delta, "; l1_loss is linear everywhere");
  const auto& loss = static_value([] {
    return elementwise("huber_loss", [](const auto& p, const auto& t, const auto& delta) {
      const auto d = p - t;
      return where(abs(d) >= delta, delta * (abs(d) - delta / 2), d * (d / 2));
    });
  });
  return reduced(loss(prediction, target, full({}, delta, dtype)), options.reduction);
}

Variable smooth_l1_loss(const Variable& prediction, const Variable& target,
                        const SmoothL1LossOptions& options) {
  const DType dtype = check_pair("smooth_l1_loss", "prediction and target", prediction, target);
  const double beta = options.beta;
  if (!(beta >= 0)) fail("smooth_l1_loss", "beta must not be negative, got ", beta);
  const auto& loss = static_value([] {
    return elementwise("smooth_l1_loss", [](const auto& p, const auto& t, const auto& beta) {
      const auto d = p - t;
      return where(abs(d) >= beta, abs(d) - beta / 2, d / beta * (d / 2));
    });
  });
  return reduced(loss(prediction, target, full({}, beta, dtype)), options.reduction);
}

Variable kl_div(const Variable& log_q, const Variable& target, const KLDivOptions& options) {
  const DType dtype = check_pair("kl_div", "log probabilities and target", log_q, target);
  check_floating("kl_div", log_q.value());
  const bool log_target = options.log_target;
  const Variable t = to(target, dtype);
  const Tensor p = log_target ? kernels::unary("kl_div", kernels::Unary::exp, t.value()) : t.value();
  const Tensor log_p = log_target ? t.value() : kernels::unary("kl_div", kernels::Unary::log, t.value());
  const Tensor value = kernels::weigh(p, kernels::sub(log_p, log_q.value()));
  return reduced(
      record("kl_div", value, {log_q, t}, {keep_for(1, log_q), t},
             [log_target](const Replay& r) -> Gradients {
               // ∂/∂(log q) = −p, ∂/∂p = log p − log q + 1, and ∂/∂(log p) = p times that
               const Variable t = r.saved(1), p = log_target ? exp(t) : t;
               const auto slope = [&] { return (log_target ? t : log(t)) - r.saved(0) + 1; };
               const auto dt = [&] { return log_target ? weigh(p, slope()) : slope(); };
               return {r.wants(0) ? neg(r.grad() * p) : nothing, r.wants(1) ? r.grad() * dt() : nothing};
             }),
      options.reduction);
}

}  // namespace xgrad
