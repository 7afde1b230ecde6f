#pragma once

#include <cstdint>

#include <xgrad/core/variable.hpp>

namespace xgrad {

enum class Reduction { mean, sum, none };

struct CrossEntropyOptions {
  std::int64_t ignore_index = -100;  ///< targets of this value neither count nor get a gradient
  double label_smoothing = 0;  ///< in [0, 1]: this share of the target is spread evenly over all classes
  Reduction reduction = Reduction::mean;
};

/// Cross entropy from logits: −log softmax(logits)[target], as in PyTorch. logits (N, V) with targets (N)
/// int64, or (V) with (). The mean is over the targets that count (NaN if none does, with gradient 0). Keeps
/// the logits and two numbers a row. Targets that are neither a class nor `ignore_index` throw.
Variable cross_entropy(const Variable& logits, const Variable& targets,
                       const CrossEntropyOptions& options = {});

/// (prediction − target)², reduced. Same shapes: nothing is broadcast.
Variable mse_loss(const Variable& prediction, const Variable& target, Reduction reduction = Reduction::mean);

namespace composed {
/// The gradient of cross_entropy's logits in ordinary ops, from g (N): what the fused kernel computes, what
/// it is tested against, and the way to second derivatives.
Variable cross_entropy_backward(const Variable& g, const Variable& logits, const Variable& targets,
                                const CrossEntropyOptions& options = {});
}  // namespace composed

}  // namespace xgrad
