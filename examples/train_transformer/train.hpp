#pragma once

#include <cstdint>
#include <functional>

#include "config.hpp"
#include "task.hpp"

/// The mean cross entropy over all targets but −100.
xgrad::Variable batch_loss(const xgrad::nn::GPT& model, const Batch& batch);

/// A finished step of training.
struct Step {
  std::int64_t number;  ///< counted from 1
  double loss;          ///< before the step
  double lr;
};

/// Trains with AdamW: gradients clipped to norm 1, learning rate with warm-up and cosine decay. True after
/// all steps, false if a signal stopped it. Throws `std::runtime_error` that names the step if its loss or a
/// gradient is not finite, or if the loss or a parameter is not finite after the last step.
bool fit(xgrad::nn::GPT& model, const Config& config, const std::function<Batch()>& next_batch,
         const std::function<void(const Step&)>& after_step);
