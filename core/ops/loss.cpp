#include <xgrad/core/ops/loss.hpp>

#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/loss.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/kernels/select.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

void check_shapes(const char* op, const char* name, const Variable& logits, const Variable& targets) {
  check_floating(op, logits.value());
  if (targets.dtype() != int64) {
    fail(op, "targets of shape ", targets.shape(), " are class indices, int64, not ", targets.dtype(),
         "; convert with to(int64)");
  }
  const bool batch = logits.dim() == 2 && targets.shape() == Shape{logits.size(0)};
  const bool single = logits.dim() == 1 && targets.dim() == 0;
  if (!batch && !single) {
    fail(op, "wants ", name, " (N, V) with targets (N,), or (V,) with (), got ", logits.shape(), " and ",
         targets.shape(), "; reshape({-1, V}) and reshape({-1}) make them fit");
  }
  if (logits.size(-1) == 0) fail(op, "there are no classes in ", name, " of shape ", logits.shape());
}

// The number of targets that are not ignored. Throws if one is not a class.
std::int64_t count_targets(const char* op, const Tensor& targets, std::int64_t classes,
                           std::int64_t ignore_index) {
  const Tensor flat = targets.contiguous();
  const auto* target = flat.data<std::int64_t>();
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    if (target[i] == ignore_index) continue;
    if (target[i] < 0 || target[i] >= classes) {
      fail_range(op, "target ", target[i], " at position ", i, " is not one of ", classes, " classes, [0, ",
                 classes, "), nor the ignore_index ", ignore_index);
    }
    ++count;
  }
  return count;
}

Tensor reduced(const Tensor& losses, Reduction reduction, std::int64_t count) {
  if (reduction == Reduction::none) return losses;
  const Tensor total = kernels::sum(losses, kernels::all_dims(losses.dim()), /*keepdim=*/false);
  return reduction == Reduction::sum ? total : kernels::scale(total, 1.0 / static_cast<double>(count));
}

// `count` targets are not ignored.
Variable cross_entropy(const Variable& logits, const Variable& targets, const CrossEntropyOptions& options,
                       std::int64_t count) {
  const bool is_mean = options.reduction == Reduction::mean;
  // loss_n = log Σ_j exp x_j − Σ_j q_j x_j   ⇒   dx = g_n (softmax(x) − q), where q is the wanted
  // distribution: 1 − smoothing on the target, and smoothing/V on every class
  const auto rule = [options, count, is_mean](const Replay& r) -> Gradients {
    const Variable logits = r.saved(0), targets = r.saved(1);
    const std::int64_t classes = logits.size(-1);
    const Variable g = is_mean ? r.grad() / count : r.grad();
    const Variable g_n = reshape(expand(g, targets.shape()), {-1, 1});                 // (N, 1)
    const Variable x = reshape(logits, {-1, classes}), t = reshape(targets, {-1, 1});  // (N, V), (N, 1)
    const Tensor is_target = eq(t, arange(classes));                                   // (N, V)
    const Variable one_hot = is_target.to(logits.dtype());
    // At the target, 1 − softmax is the sum of the others: next to 1 a difference would be rounding.
    const Variable others = masked_fill(softmax(x, -1), is_target, 0);
    const Variable smoothed = (one_hot - 1 / static_cast<double>(classes)) * options.label_smoothing;
    const Variable dx = g_n * (others - one_hot * sum(others, {-1}, true) + smoothed);
    return {reshape(masked_fill(dx, eq(t, options.ignore_index), 0), logits.shape())};
  };
  const auto kernel = [options, count, is_mean](const KernelReplay& r) -> KernelGradients {
    const Tensor &logits = r.saved(0), &targets = r.saved(1);
    const Tensor g = is_mean ? kernels::div(r.grad(), full({}, count, r.grad().dtype())) : r.grad();
    const Tensor dx = kernels::cross_entropy_backward(
        g.expand(targets.shape()).reshape({-1}), logits.reshape({-1, logits.size(-1)}), targets.reshape({-1}),
        r.saved(2), options.ignore_index, options.label_smoothing);
    return {dx.reshape(logits.shape())};
  };
  const Tensor x = logits.value().reshape({-1, logits.size(-1)}), t = targets.value().reshape({-1});
  const auto out = kernels::cross_entropy(x, t, options.ignore_index, options.label_smoothing);
  const Tensor losses = out.losses.reshape(targets.shape());
  return record("cross_entropy", reduced(losses, options.reduction, count), {logits},
                {logits, targets, Variable(out.max_and_sum)}, fused(rule, kernel));
}

}  // namespace

Variable cross_entropy(const Variable& logits, const Variable& targets, const CrossEntropyOptions& options) {
  check_defined("cross_entropy", {logits, targets});
  check_shapes("cross_entropy", "logits", logits, targets);
  if (!(options.label_smoothing >= 0 && options.label_smoothing <= 1))
    fail("cross_entropy", "label_smoothing must lie in [0, 1], got ", options.label_smoothing);
  const std::int64_t count =
      count_targets("cross_entropy", targets.value(), logits.size(-1), options.ignore_index);
  return cross_entropy(logits, targets, options, count);
}

Variable nll_loss(const Variable& log_probs, const Variable& targets, const NLLLossOptions& options) {
  check_defined("nll_loss", {log_probs, targets});
  check_shapes("nll_loss", "log_probs", log_probs, targets);
  const std::int64_t classes = log_probs.size(-1);
  const Tensor t = targets.value().reshape({-1});
  const std::int64_t count = count_targets("nll_loss", t, classes, options.ignore_index);
  const Tensor ignored = eq(t, options.ignore_index);
  const Tensor index = kernels::masked_fill(t, ignored, 0).unsqueeze(1);                   // (N, 1)
  const Variable picked = gather(reshape(log_probs, {-1, classes}), 1, index).squeeze(1);  // (N)
  const Variable losses = masked_fill(neg(picked), ignored, 0);
  if (options.reduction == Reduction::none) return reshape(losses, targets.shape());
  return options.reduction == Reduction::sum ? sum(losses) : sum(losses) / count;
}

namespace {

// w y, and 0 where w is 0, even if y is infinite: a term without weight costs nothing.
Variable weigh(const Variable& w, const Variable& y) {
  return record("weigh", kernels::weigh(w.value(), y.value()), {w, y}, {keep_for(0, y), keep_for(1, w)},
                [](const Replay& r) -> Gradients {
                  // ∂(wy)/∂w = y, ∂(wy)/∂y = w
                  return {r.wants(0) ? sum_to(r.grad() * r.saved(0), r.input_shape(0)) : nothing,
                          r.wants(1) ? sum_to(r.grad() * r.saved(1), r.input_shape(1)) : nothing};
                });
}

}  // namespace

Variable binary_cross_entropy_with_logits(const Variable& x, const Variable& targets,
                                          const BCEWithLogitsOptions& options) {
  constexpr const char* op = "binary_cross_entropy_with_logits";
  check_defined(op, {x, targets});
  check_floating(op, x.value());
  if (x.shape() != targets.shape()) {
    fail(op, "logits and targets differ in shape: ", x.shape(), " and ", targets.shape(),
         "; expand or reshape one of them, they are not broadcast");
  }
  const Variable t = to(targets, promote(op, x.dtype(), targets.dtype()));
  for (const Tensor* weight : {&options.weight, &options.pos_weight}) {
    if (!weight->defined()) continue;
    promote(op, x.dtype(), weight->dtype());
    if (!is_broadcastable_to(weight->shape(), x.shape())) {
      fail(op, "a weight of shape ", weight->shape(), " does not broadcast to logits of shape ", x.shape());
    }
  }
  // −log(1 − σ(x)) = softplus(x) and −log σ(x) = softplus(−x). Both are positive, so nothing cancels.
  constexpr double everywhere = std::numeric_limits<double>::infinity();
  const Variable share = options.pos_weight.defined() ? t * options.pos_weight : t;
  Variable losses = weigh(1 - t, softplus(x, 1, everywhere)) + weigh(share, softplus(neg(x), 1, everywhere));
  if (options.weight.defined()) losses = weigh(options.weight, losses);
  if (options.reduction == Reduction::none) return losses;
  return options.reduction == Reduction::sum ? sum(losses) : mean(losses);
}

Variable mse_loss(const Variable& prediction, const Variable& target, Reduction reduction) {
  check_defined("mse_loss", {prediction, target});
  if (prediction.shape() != target.shape()) {
    fail("mse_loss", "prediction and target differ in shape: ", prediction.shape(), " and ", target.shape(),
         "; expand or reshape one of them, they are not broadcast");
  }
  const DType dtype = promote("mse_loss", prediction.dtype(), target.dtype());
  if (!is_floating(dtype))
    fail("mse_loss", "needs a floating dtype, not ", dtype, "; convert with to(float32)");
  if (reduction == Reduction::none) {
    const Variable difference = prediction - target;
    return difference * difference;
  }
  const Variable p = to(prediction, dtype), t = to(target, dtype);
  const double n = reduction == Reduction::mean ? static_cast<double>(p.numel()) : 1;
  return record(
      "mse_loss", kernels::scale(kernels::squared_distance(p.value(), t.value()), 1 / n), {p, t}, {p, t},
      [n](const Replay& r) -> Gradients {
        // ∂(Σ (p − t)² / n)/∂p = 2 (p − t) / n, and the opposite for t
        const Variable dp = (r.saved(0) - r.saved(1)) * (r.grad() * (2 / n));
        return {r.wants(0) ? r.connected(0, dp) : nothing, r.wants(1) ? r.connected(1, neg(dp)) : nothing};
      });
}

}  // namespace xgrad
