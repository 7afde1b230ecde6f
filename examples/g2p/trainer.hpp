#pragma once

#include <cstdint>

#include "batches.hpp"
#include "config.hpp"

namespace g2p {

/// The model and all that changes while it is trained: AdamW, gradients clipped to norm 1, a learning rate
/// that rises and then falls along a cosine to 0.
class Trainer {
 public:
  Trainer(const Dictionary& dictionary, const Recipe& recipe);

  struct Step {
    std::int64_t number;  ///< counts from 1
    double loss, lr;
    std::int64_t tokens;
    xgrad::training::Fields norms;  ///< of the layers; in every hundredth step
  };
  /// Throws `std::runtime_error` that names the step if the loss or a gradient is not finite.
  Step step();

  std::int64_t steps_done() const { return steps_done_; }
  std::int64_t steps() const { return recipe.epochs * batches.sampler().size(); }
  bool epoch_is_over() const { return batches.sampler().epoch_is_over(); }

  xgrad::training::Checkpoint checkpoint() const;
  void load(const xgrad::training::Checkpoint& checkpoint);

  Recipe recipe;
  Pronouncer model;
  Batches batches;

 private:
  xgrad::optim::AdamW optimizer_;
  xgrad::optim::WarmupCosine schedule_;
  std::int64_t steps_done_ = 0;
  xgrad::training::RunState state_;
};

/// The mean loss of the words' pronunciations, in eval mode.
double mean_loss(const Pronouncer& model, const std::vector<Word>& words, const Recipe& recipe);

}  // namespace g2p
