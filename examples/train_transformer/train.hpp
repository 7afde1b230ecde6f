#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "config.hpp"
#include "ranks.hpp"
#include "task.hpp"

/// The mean cross entropy over all targets but −100.
xgrad::Variable batch_loss(const xgrad::nn::GPT& model, const Batch& batch);

/// A finished step of training.
struct Step {
  std::int64_t number;  ///< counted from 1
  double loss;          ///< before the step
  double lr;
  double grad_norm;  ///< the joint norm of all gradients, before they were clipped
  /// Of each layer's gradient and update, after some steps: see `StepNorms`.
  xgrad::training::Fields norms = {};
};

/// The end of a run whose numbers are no numbers any more.
struct Diverged : std::runtime_error {
  /// `reason`: "step 2: the loss is nan". The text goes on with what that means for a run of the program.
  explicit Diverged(const std::string& reason);
  std::string reason;
};

/// Training with AdamW: gradients clipped to norm 1, learning rate with warm-up and cosine decay.
class Trainer {
 public:
  /// `ranks` must outlive it.
  Trainer(xgrad::nn::GPT& model, const Config& config, Ranks& ranks = alone());

  /// Throws `Diverged` that names the step if its loss or a gradient is not finite.
  Step step(const Batch& batch);
  /// Throws `Diverged` unless all parameters, and the loss on this batch, are finite. A step that went too
  /// far shows in the loss of the next one; a state that is to be saved must not wait for that.
  void check(const Batch& batch) const;

  /// A signal has asked this process, or one of the other ranks, to stop.
  bool interrupted() const;

  std::int64_t steps_done = 0;
  xgrad::nn::GPT& model;
  xgrad::optim::AdamW optimizer;
  xgrad::optim::WarmupCosine schedule;

 private:
  static Ranks& alone();
  double forward_and_backward(const Batch& batch);
  Batch part_of(const Batch& batch) const;
  void seed_dropout() const;

  bool mixed_precision_;
  std::uint64_t seed_;
  Ranks& ranks_;
};

/// What `fit` calls.
struct FitCallbacks {
  std::function<Batch()> next_batch;
  std::function<void(const Step&)> after_step = [](const Step&) {};
  /// When the state is to be saved: after every `checkpoint_every`-th step, and after the last one, which may
  /// be the one in which a signal came. The state has been checked. `must`: it would be lost otherwise, as no
  /// step and no model follow.
  std::function<void(bool must)> save = [](bool) {};
};

/// Trains to the last step. False if a signal stopped it.
bool fit(Trainer& trainer, const Config& config, const FitCallbacks& callbacks);
