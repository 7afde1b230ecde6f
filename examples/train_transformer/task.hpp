#pragma once

#include <string>

#include <xgrad/xgrad.hpp>

/// Token sequences and, for each position, the token to be predicted there.
struct Batch {
  xgrad::Tensor tokens;   ///< (B, T) int64
  xgrad::Tensor targets;  ///< (B, T) int64; −100 where nothing is to be predicted
};

/// The loss of a model on a batch: the mean cross entropy of the targets that count.
inline xgrad::Variable batch_loss(const xgrad::nn::GPT& model, const Batch& batch) {
  const xgrad::Variable logits = model(batch.tokens);  // (B, T, V)
  return xgrad::cross_entropy(logits.reshape({-1, logits.size(-1)}), batch.targets.reshape({-1}));
}
