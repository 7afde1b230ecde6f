#pragma once

#include <cstdint>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

enum class Reduction { mean, sum, none };

struct CrossEntropyOptions {
  std::int64_t ignore_index = -100;  ///< targets of this value neither count nor get a gradient
  double label_smoothing = 0;  ///< in [0, 1]: this share of the target is spread evenly over all classes
  Reduction reduction = Reduction::mean;
};

/// Cross entropy from logits x: −log softmax(x_n)[target_n], as in PyTorch, or with label smoothing ε
///
///     loss_n = log Σ_j exp x_nj − Σ_j q_nj x_nj,  q_n = (1 − ε) · onehot(target_n) + ε / V
///
/// (Szegedy et al. 2016, section 7). logits (N, V) with targets (N) int64, or (V) with (). The mean is over
/// the targets that count (NaN if none does, with gradient 0). Keeps the logits and two numbers a row.
/// Targets that are neither a class nor `ignore_index` throw.
Variable cross_entropy(const Variable& logits, const Variable& targets,
                       const CrossEntropyOptions& options = {});

struct NLLLossOptions {
  std::int64_t ignore_index = -100;  ///< targets of this value neither count nor get a gradient
  Reduction reduction = Reduction::mean;
};

/// Negative log likelihood: −log_probs[target], as in PyTorch. Shapes, errors and the mean as in
/// cross_entropy, which is this of log_softmax.
Variable nll_loss(const Variable& log_probs, const Variable& targets, const NLLLossOptions& options = {});

struct BCEWithLogitsOptions {
  Tensor weight = {};      ///< of each element's loss, broadcast; none if undefined
  Tensor pos_weight = {};  ///< of the part with the target, broadcast; none if undefined
  Reduction reduction = Reduction::mean;
};

/// Binary cross entropy from logits: −(p t log σ(x) + (1 − t) log(1 − σ(x))) with σ the sigmoid and p the
/// `pos_weight`, reduced, without overflow. A term whose factor is 0 is 0: an infinite logit that is right
/// costs nothing. Same shapes; targets lie in [0, 1], and those that are not floating are converted.
Variable binary_cross_entropy_with_logits(const Variable& logits, const Variable& targets,
                                          const BCEWithLogitsOptions& options = {});

/// (prediction − target)², reduced. Same shapes: nothing is broadcast.
Variable mse_loss(const Variable& prediction, const Variable& target, Reduction reduction = Reduction::mean);

}  // namespace xgrad
