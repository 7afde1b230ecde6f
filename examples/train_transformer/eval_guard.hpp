#pragma once

#include <xgrad/xgrad.hpp>

/// While it lives a model is looked at, not trained: without dropout, and nothing is recorded. Then training
/// goes on as before, also where an error ended the look.
class EvalGuard {
 public:
  explicit EvalGuard(xgrad::nn::Module& model) : model_(model), was_training_(model.is_training()) {
    model_.eval();
  }
  ~EvalGuard() { model_.train(was_training_); }
  EvalGuard(const EvalGuard&) = delete;
  EvalGuard& operator=(const EvalGuard&) = delete;

 private:
  const xgrad::NoGradGuard no_grad_;
  xgrad::nn::Module& model_;
  const bool was_training_;
};
