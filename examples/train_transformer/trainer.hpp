#pragma once

#include <cstdint>

#include "task.hpp"

/// How a model is trained.
struct Recipe {
  std::int64_t steps = 1;
  std::int64_t warmup = 0;  ///< steps in which the learning rate rises
  double lr = 1e-3;         ///< its peak
  double min_lr = 0;        ///< where it ends
  double beta2 = 0.98;
  double weight_decay = 0;
};

/// Learns batch by batch: AdamW on gradients clipped to norm 1, with warm-up and a cosine.
class Trainer {
 public:
  Trainer(const xgrad::nn::GPT& model, const Recipe& recipe);

  /// One step: returns the loss before it. Throws `std::runtime_error` naming the step where the loss or a
  /// gradient is not finite.
  double learn(const Batch& batch);
  double lr() const { return optimizer_.lr(); }  ///< of the last step

 private:
  [[noreturn]] void diverged(const std::string& what) const;

  const xgrad::nn::GPT& model_;
  xgrad::optim::AdamW optimizer_;
  xgrad::optim::WarmupCosine schedule_;
  std::int64_t step_ = 0;
};
