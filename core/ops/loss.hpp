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

/// (prediction − target)².
Variable mse_loss(const Variable& prediction, const Variable& target, Reduction reduction = Reduction::mean);

}  // namespace xgrad
