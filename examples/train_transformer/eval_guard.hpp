#pragma once

#include <xgrad/xgrad.hpp>

/// As long as it lives, the model evaluates: no dropout, and nothing is recorded. Afterwards the model is in
/// its earlier mode again, also after an error.
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
