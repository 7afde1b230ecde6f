#pragma once

#include <cstdint>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// What becomes of the losses of a batch: their mean, their sum, or each as it is. `batchmean` is their sum,
/// divided by the size of the first dim; PyTorch has it for kl_div alone.
enum class Reduction { mean, sum, none, batchmean };

struct CrossEntropyOptions {
  Tensor weight = {};                ///< (C): one factor for each class; 1 if undefined
  std::int64_t ignore_index = -100;  ///< targets of this value neither count nor get a gradient
  double label_smoothing = 0;  ///< in [0, 1]: this share of the target is spread evenly over the classes
  Reduction reduction = Reduction::mean;
};

/// Cross entropy of logits x with the wanted distribution q of each row, over the classes c, with weights w:
///
///     loss_n = −Σ_c w_c q_nc log softmax(x_n)_c
///
/// logits are (N, C, d...), or (C) for a single row. The targets are one of two:
///
/// - Classes: int64, (N, d...), or () for (C). Then q = onehot(target). The mean is Σ loss_n / Σ w_(target_n)
///   over the targets that are not ignored. If all are, it is NaN, with gradient 0. A target that is neither
///   a class nor `ignore_index` throws.
/// - Probabilities: floating, of the logits' shape; they get a gradient too. The mean is over the rows, with
///   weights too, and `ignore_index` has no use: one that is not negative throws.
///
/// Label smoothing ε makes q into (1 − ε) q + ε / C (Szegedy et al. 2016, section 7). A class for which w q
/// is 0 costs nothing, even if its logit is −∞. Of classes without weights, the node keeps the logits and two
/// numbers for each row.
Variable cross_entropy(const Variable& logits, const Variable& targets,
                       const CrossEntropyOptions& options = {});  // cross_entropy.cpp

/// cross_entropy of the logits x linear_weightᵀ + linear_bias, in one node that never has the logits of all
/// rows in memory (as in Hsu et al. 2024, "Liger Kernel", section 3.2): for the last layer of a language
/// model, whose logits are its largest Tensor.
///
/// x (..., D), linear_weight (V, D), linear_bias (V) or undefined, int64 targets (...). Losses, options and
/// errors are those of cross_entropy, with V classes. If gradients are wanted and the losses are reduced, the
/// forward pass computes them too, part by part, and the node keeps them; `backward` only scales them.
/// Without a reduction, `backward` computes the logits a second time.
///
/// With a weight for each class, or floating targets (..., V), this is cross_entropy(linear(x, ...)): two
/// nodes, and all logits in memory.
Variable linear_cross_entropy(const Variable& x, const Variable& linear_weight, const Variable& targets,
                              const Variable& linear_bias = {},
                              const CrossEntropyOptions& options = {});  // linear_cross_entropy.cpp

struct NLLLossOptions {
  Tensor weight = {};                ///< (C): one factor for each class; 1 if undefined
  std::int64_t ignore_index = -100;  ///< targets of this value neither count nor get a gradient
  Reduction reduction = Reduction::mean;
};

/// Negative log likelihood: −w_target · log_probs[target], as in PyTorch. Shapes, errors and the mean are
/// those of cross_entropy with classes, which is nll_loss of log_softmax.
Variable nll_loss(const Variable& log_probs, const Variable& targets,
                  const NLLLossOptions& options = {});  // cross_entropy.cpp

// The losses below compare elements. Prediction and target have one shape: nothing is broadcast. One of them
// is floating; integers and booleans are converted.

struct BCEWithLogitsOptions {
  Tensor weight = {};      ///< multiplies each element's loss; broadcast; 1 if undefined
  Tensor pos_weight = {};  ///< p in the formula; broadcast; 1 if undefined
  Reduction reduction = Reduction::mean;
};

/// Binary cross entropy from logits: −(p t log σ(x) + (1 − t) log(1 − σ(x))) with σ the sigmoid and p the
/// `pos_weight`, without overflow. A term whose factor is 0 is 0, so an infinite logit that is right costs
/// nothing. Targets lie in [0, 1].
Variable binary_cross_entropy_with_logits(const Variable& logits, const Variable& targets,
                                          const BCEWithLogitsOptions& options = {});

struct BCEOptions {
  Tensor weight = {};  ///< multiplies each element's loss; broadcast; 1 if undefined
  Reduction reduction = Reduction::mean;
};

/// Binary cross entropy from probabilities p: −(t log p + (1 − t) log(1 − p)). As in PyTorch, a logarithm is
/// at least −100, and the slope (p − t) / (p (1 − p)) has a denominator of at least 1e-12. Throws if p is not
/// in [0, 1]. From logits, binary_cross_entropy_with_logits is more exact.
Variable binary_cross_entropy(const Variable& probs, const Variable& targets, const BCEOptions& options = {});

/// (prediction − target)².
Variable mse_loss(const Variable& prediction, const Variable& target, Reduction reduction = Reduction::mean);

/// |prediction − target|. The slope is 0 where they are equal.
Variable l1_loss(const Variable& prediction, const Variable& target, Reduction reduction = Reduction::mean);

struct HuberLossOptions {
  double delta = 1;  ///< positive: the error from which on the loss is linear
  Reduction reduction = Reduction::mean;
};

/// Of d = prediction − target: d²/2 where |d| < δ, and δ (|d| − δ/2) elsewhere (Huber 1964, section 2).
/// One node.
Variable huber_loss(const Variable& prediction, const Variable& target, const HuberLossOptions& options = {});

struct SmoothL1LossOptions {
  double beta = 1;  ///< not negative: the error from which on the loss is linear; l1_loss if 0
  Reduction reduction = Reduction::mean;
};

/// huber_loss / β, with δ = β: d²/(2β) where |d| < β, and |d| − β/2 elsewhere (Girshick 2015, section 2.3).
Variable smooth_l1_loss(const Variable& prediction, const Variable& target,
                        const SmoothL1LossOptions& options = {});

struct KLDivOptions {
  bool log_target = false;  ///< the target is log p, and not p
  Reduction reduction = Reduction::mean;
};

/// The terms of the Kullback-Leibler divergence of p from q, of which the first argument is log q:
/// p (log p − log q), and 0 where p is 0, even if log q is −∞ (Kullback & Leibler 1951, section 2). For rows
/// of distributions, Σ p (log p − log q) / N is `Reduction::batchmean`; the default is the mean over all
/// elements, as in PyTorch.
Variable kl_div(const Variable& log_q, const Variable& target, const KLDivOptions& options = {});

}  // namespace xgrad
