#pragma once

#include <cstdint>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

enum class Reduction { mean, sum, none };

struct CrossEntropyOptions {
  std::int64_t ignore_index = -100;  ///< targets of this value neither count nor get a gradient
  double label_smoothing = 0;  ///< in [0, 1]: this share of the target is spread evenly over the classes
  Reduction reduction = Reduction::mean;
};

/// Cross entropy from logits x: −log softmax(x_n)[target_n], as in PyTorch, or with label smoothing ε
///
///     loss_n = log Σ_j exp x_nj − Σ_j q_nj x_nj,  q_n = (1 − ε) · onehot(target_n) + ε / V
///
/// (Szegedy et al. 2016, section 7). logits (N, V) with targets (N) int64, or (V) with (). The mean is over
/// the targets that are not ignored; if all are, it is NaN, with gradient 0. A target that is neither a class
/// nor `ignore_index` throws. The node keeps the logits and two numbers for each row.
Variable cross_entropy(const Variable& logits, const Variable& targets,
                       const CrossEntropyOptions& options = {});

struct NLLLossOptions {
  std::int64_t ignore_index = -100;  ///< targets of this value neither count nor get a gradient
  Reduction reduction = Reduction::mean;
};

/// Negative log likelihood: −log_probs[target], as in PyTorch. Shapes, errors and the mean are
/// those of cross_entropy, which is nll_loss of log_softmax.
Variable nll_loss(const Variable& log_probs, const Variable& targets, const NLLLossOptions& options = {});

struct BCEWithLogitsOptions {
  Tensor weight = {};      ///< multiplies each element's loss; broadcast; 1 if undefined
  Tensor pos_weight = {};  ///< p in the formula; broadcast; 1 if undefined
  Reduction reduction = Reduction::mean;
};

/// Binary cross entropy from logits: −(p t log σ(x) + (1 − t) log(1 − σ(x))) with σ the sigmoid and p the
/// `pos_weight`, reduced, without overflow. A term whose factor is 0 is 0, so an infinite logit that is right
/// costs nothing. Logits and targets have one shape. Targets lie in [0, 1]; integers and booleans are
/// converted.
Variable binary_cross_entropy_with_logits(const Variable& logits, const Variable& targets,
                                          const BCEWithLogitsOptions& options = {});

/// (prediction − target)², reduced. Both have one shape: nothing is broadcast.
Variable mse_loss(const Variable& prediction, const Variable& target, Reduction reduction = Reduction::mean);

}  // namespace xgrad
