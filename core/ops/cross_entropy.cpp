// Losses of classes: cross_entropy and nll_loss. In this file the classes are the last dim of logits x and of
// wanted distributions q, (..., C), and targets t, losses and weights of targets are (...).

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/loss.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/loss_parts.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

namespace {

// (N, C, d...) as (N, d..., C); (C) and (N, C) as they are.
Variable classes_last(const Variable& x) {
  if (x.dim() < 3) return x;
  Shape order = {0};
  for (int dim = 2; dim < x.dim(); ++dim) order.push_back(dim);
  order.push_back(1);
  return permute(x, order);
}

void check_scores(const char* op, const char* name, const Variable& scores, const Tensor& weight) {
  check_floating(op, scores.value());
  if (scores.dim() == 0) fail(op, name, " of shape () have no dim of classes; they are (N, C, d...) or (C)");
  const std::int64_t classes = scores.size(scores.dim() == 1 ? 0 : 1);
  if (classes == 0) fail(op, "there are no classes in ", name, " of shape ", scores.shape());
  if (!weight.defined()) return;
  promote(op, scores.dtype(), weight.dtype());
  if (weight.shape() != Shape{classes}) {
    fail(op, "the weight of shape ", weight.shape(), " must be (", classes,
         ",), one number for each class of ", name, " of shape ", scores.shape());
  }
}

void check_target_shape(const char* op, const char* name, const Variable& scores, const Variable& targets) {
  Shape rows = scores.shape();
  rows.erase(scores.dim() == 1 ? 0 : 1);
  if (targets.shape() == rows) return;
  fail(op, "wants ", name, " (N, C, d...) with targets (N, d...), or (C,) with (), got ", scores.shape(),
       " and ", targets.shape(),
       targets.shape() == scores.shape() ? "; probabilities of classes are floating"
                                         : "; if the classes are the last dim, reshape({-1, C}) and "
                                           "reshape({-1}) make them fit");
}

// Targets as indices that may be looked up: a class, and 0 where they are ignored.
Tensor classes_of(const Tensor& t, const Tensor& is_ignored) { return masked_fill(t, is_ignored, 0).value(); }

// The weight of each target's class, and 0 where it is ignored.
Variable weights_of(const Tensor& t, const Tensor& is_ignored, const Tensor& weight) {
  const Variable w = index_select(weight, 0, classes_of(t, is_ignored).reshape({-1}));
  return masked_fill(w.reshape(t.shape()), is_ignored, 0);
}

// The losses of targets with the weights w, reduced. Those of ignored targets are 0.
Variable reduced_by_weight(const Variable& losses, Reduction reduction, const Variable& w) {
  return reduction == Reduction::mean ? sum(losses) / sum(w) : reduced(losses, reduction);
}

// −Σ_c q_c log softmax(x)_c. It is subtracted from 0, since a certain answer costs 0 and not −0.
Variable against(const Variable& q, const Variable& x) { return 0 - sum(weigh(q, log_softmax(x, -1)), -1); }

}  // namespace

Variable cross_entropy_slopes(const Variable& g, const Variable& x, const Variable& t,
                              std::int64_t ignore_index, double label_smoothing) {
  // loss_n = log Σ_j exp x_j − Σ_j q_j x_j   ⇒   dx = g_n (softmax(x) − q), where q is the wanted
  // distribution: 1 − smoothing on the target, and smoothing/C on every class
  const std::int64_t classes = x.size(-1);
  const Variable g_n = reshape(g, {-1, 1}), t_n = reshape(t, {-1, 1});  // (N, 1)
  const Tensor is_target = eq(t_n, arange(classes));                    // (N, C)
  const Variable one_hot = is_target.to(x.dtype());
  // At the target, 1 − softmax is the sum of the others: next to 1 a difference would be rounding.
  const Variable others = masked_fill(softmax(x, -1), is_target, 0);
  const Variable smoothed = (one_hot - 1 / static_cast<double>(classes)) * label_smoothing;
  const Variable dx = g_n * (others - one_hot * sum(others, {-1}, true) + smoothed);
  return masked_fill(dx, eq(t_n, ignore_index), 0);
}

namespace {

// The loss of targets without weights, in one node. `count` of them are not ignored.
Variable of_classes(const Variable& x, const Variable& t, std::int64_t ignore_index, double smoothing,
                    Reduction reduction, std::int64_t count) {
  const std::int64_t divisor = reduction == Reduction::mean ? count : divisor_of(reduction, t.shape());
  const auto rule = [=](const Replay& r) -> Gradients {
    const Variable logits = r.saved(0), targets = r.saved(1);
    const Variable g = divisor == 1 ? r.grad() : r.grad() / divisor;
    const Variable x = reshape(logits, {-1, logits.size(-1)});  // (N, C)
    const Variable dx =
        cross_entropy_slopes(expand(g, targets.shape()), x, reshape(targets, {-1}), ignore_index, smoothing);
    return {reshape(dx, logits.shape())};
  };
  const auto kernel = [=](const KernelReplay& r) -> KernelGradients {
    const Tensor &logits = r.saved(0), &targets = r.saved(1);
    const Tensor g = divisor == 1 ? r.grad() : kernels::div(r.grad(), full({}, divisor, r.grad().dtype()));
    const Tensor x = logits.reshape({-1, logits.size(-1)}), dx = empty(x.shape(), x.dtype());
    kernels::cross_entropy_backward(g.expand(targets.shape()).reshape({-1}), x, targets.reshape({-1}),
                                    r.saved(2), ignore_index, smoothing, dx);
    return {dx.reshape(logits.shape())};
  };
  const Tensor rows = x.value().reshape({-1, x.size(-1)});
  const auto out = kernels::cross_entropy(rows, t.value().reshape({-1}), ignore_index, smoothing);
  const Tensor loss = reduced_value(out.losses.reshape(t.shape()), reduction, divisor);
  return record("cross_entropy", loss, {x}, {x, t, Variable(out.max_and_sum)}, fused(rule, kernel));
}

Variable of_weighted_classes(const Variable& x, const Variable& t, const CrossEntropyOptions& options,
                             std::int64_t count) {
  const Tensor is_ignored = eq(t, options.ignore_index), weight = options.weight.to(x.dtype());
  const Variable w = weights_of(t.value(), is_ignored, weight);
  Variable losses = weigh(w, of_classes(x, t, options.ignore_index, 0, Reduction::none, count));
  if (const double smoothing = options.label_smoothing; smoothing > 0) {
    // the share of every class: Σ_c w_c (−log softmax(x)_c) / C
    const Variable evenly = masked_fill(against(weight, x), is_ignored, 0) / x.size(-1);
    losses = losses * (1 - smoothing) + evenly * smoothing;
  }
  return reduced_by_weight(losses, options.reduction, w);
}

Variable of_probabilities(const Variable& logits, const Variable& targets,
                          const CrossEntropyOptions& options) {
  constexpr const char* op = "cross_entropy";
  promote(op, logits.dtype(), targets.dtype());
  if (targets.shape() != logits.shape()) {
    fail(op, "targets of shape ", targets.shape(), " and dtype ", targets.dtype(),
         " are probabilities of classes, which have the shape of the logits, ", logits.shape(),
         "; classes as numbers are int64");
  }
  if (options.ignore_index >= 0) {
    fail(op, "ignore_index ", options.ignore_index, " has no meaning for targets of shape ", targets.shape(),
         " that are probabilities; give rows to be ignored probabilities of 0");
  }
  const Variable x = classes_last(logits), t = classes_last(targets);
  const double smoothing = options.label_smoothing;
  const Variable q = smoothing > 0 ? t * (1 - smoothing) + smoothing / static_cast<double>(x.size(-1)) : t;
  return reduced(against(options.weight.defined() ? q * options.weight : q, x), options.reduction);
}

}  // namespace

Variable cross_entropy(const Variable& logits, const Variable& targets, const CrossEntropyOptions& options) {
  constexpr const char* op = "cross_entropy";
  check_defined(op, {logits, targets});
  check_scores(op, "logits", logits, options.weight);
  check_label_smoothing(op, options.label_smoothing);
  if (is_floating(targets.dtype())) return of_probabilities(logits, targets, options);
  if (targets.dtype() != int64) {
    fail(op, "targets of shape ", targets.shape(),
         " are classes, int64, or probabilities of classes, floating, not ", targets.dtype());
  }
  check_target_shape(op, "logits", logits, targets);
  const Variable x = classes_last(logits);
  const std::int64_t count = count_targets(op, targets, x.size(-1), options.ignore_index);
  if (options.weight.defined()) return of_weighted_classes(x, targets, options, count);
  return of_classes(x, targets, options.ignore_index, options.label_smoothing, options.reduction, count);
}

Variable nll_loss(const Variable& log_probs, const Variable& targets, const NLLLossOptions& options) {
  constexpr const char* op = "nll_loss";
  check_defined(op, {log_probs, targets});
  check_scores(op, "log_probs", log_probs, options.weight);
  if (targets.dtype() != int64) {
    fail(op, "targets of shape ", targets.shape(), " are classes, int64, not ", targets.dtype(),
         "; cross_entropy and kl_div take probabilities");
  }
  check_target_shape(op, "log_probs", log_probs, targets);
  const Variable log_p = classes_last(log_probs);
  const std::int64_t count = count_targets(op, targets, log_p.size(-1), options.ignore_index);
  const Tensor is_ignored = eq(targets, options.ignore_index);
  const Tensor index = classes_of(targets.value(), is_ignored).unsqueeze(-1);  // (..., 1)
  Variable losses = neg(gather(log_p, -1, index).squeeze(-1));
  if (!options.weight.defined()) {
    losses = masked_fill(losses, is_ignored, 0);
    return options.reduction == Reduction::mean ? sum(losses) / count : reduced(losses, options.reduction);
  }
  const Variable w = weights_of(targets.value(), is_ignored, options.weight.to(log_p.dtype()));
  // The filling comes last: where all are ignored, the gradient of the mean is ∞, and 0 · ∞ is NaN.
  losses = masked_fill(weigh(w, losses), is_ignored, 0);
  return reduced_by_weight(losses, options.reduction, w);
}

}  // namespace xgrad
