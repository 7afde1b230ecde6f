#pragma once

#include <cstdint>
#include <functional>

#include "config.hpp"
#include "task.hpp"

/// The loss of a model on a batch: the mean cross entropy of the targets that count.
xgrad::Variable batch_loss(const xgrad::nn::GPT& model, const Batch& batch);

/// A step of training that is done.
struct Step {
  std::int64_t number;  ///< counted from 1
  double loss;          ///< before the step
  double lr;
};

/// Learns batch by batch: AdamW on gradients clipped to norm 1, with warm-up and a cosine. True if it took
/// all steps, false if a signal stopped it. Throws `std::runtime_error` naming the step where the loss or a
/// gradient is not finite, or after which, as the last, the loss or a parameter is not.
bool train(xgrad::nn::GPT& model, const Config& config, const std::function<Batch()>& next_batch,
           const std::function<void(const Step&)>& after_step);
