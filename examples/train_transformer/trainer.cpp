#include "trainer.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

using namespace xgrad;

Trainer::Trainer(const nn::GPT& model, const Recipe& recipe)
    : model_(model),
      optimizer_(model.parameters(),
                 {.lr = recipe.lr, .beta2 = recipe.beta2, .weight_decay = recipe.weight_decay}),
      schedule_{.lr = recipe.lr, .warmup = recipe.warmup, .total = recipe.steps, .min_lr = recipe.min_lr} {}

void Trainer::diverged(const std::string& what) const {
  throw std::runtime_error("step " + std::to_string(step_) + ": " + what + "; try a lower --lr");
}

double Trainer::learn(const Batch& batch) {
  optimizer_.set_lr(schedule_(step_++));
  optimizer_.zero_grad();
  const Variable loss = batch_loss(model_, batch);
  const auto value = loss.item<double>();
  if (!std::isfinite(value)) diverged(std::string("the loss is ") + (std::isnan(value) ? "nan" : "inf"));
  loss.backward();
  try {
    optim::clip_grad_norm_(model_.parameters(), 1.0);
  } catch (const std::runtime_error& error) {
    diverged("the loss is " + std::to_string(value) + ", but " + error.what());
  }
  optimizer_.step();
  return value;
}
