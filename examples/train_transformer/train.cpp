#include "train.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include <xgrad/train/interrupt.hpp>


using namespace xgrad;

namespace {

[[noreturn]] void diverged(const std::string& when, const std::string& what) {
  throw std::runtime_error(when + ": " + what + "; no model is saved; try a lower --lr");
}

std::string step_name(std::int64_t step) { return "step " + std::to_string(step); }

void check_loss(const std::string& when, double loss) {
  if (!std::isfinite(loss)) diverged(when, std::isnan(loss) ? "the loss is nan" : "the loss is inf");
}

// Scales the gradients so that their joint norm is at most 1: one odd batch must not undo what was learnt. A
// loss or a gradient that is not finite is an error.
void clip_gradients(const nn::GPT& model, std::int64_t step, double loss) {
  check_loss(step_name(step), loss);
  try {
    optim::clip_grad_norm_(model.parameters(), 1.0);
  } catch (const std::runtime_error& error) {
    diverged(step_name(step), "the loss is " + std::to_string(loss) + ", but " + error.what());
  }
}

// The loss of the next step shows that a step went too far. The last step has no next one, so it is checked
// here.
void check_last_step(nn::GPT& model, const Batch& batch, std::int64_t step) {
  const std::string when = "after " + step_name(step) + ", the last";
  for (const auto& [name, parameter] : model.named_parameters()) {
    const Tensor& p = parameter.value();
    if (any(isnan(p - p)).item<bool>()) diverged(when, name + " is not finite");  // ∞ − ∞ is NaN, too
  }
  const nn::EvalGuard eval(model);
  check_loss(when, batch_loss(model, batch).item<double>());
}

}  // namespace

Variable batch_loss(const nn::GPT& model, const Batch& batch) {
  const Variable logits = model(batch.tokens);  // (B, T, V)
  return cross_entropy(logits.reshape({-1, logits.size(-1)}), batch.targets.reshape({-1}));
}

bool fit(nn::GPT& model, const Config& config, const std::function<Batch()>& next_batch,
         const std::function<void(const Step&)>& after_step) {
  optim::AdamW optimizer(model.parameters(),
                         {.lr = config.lr, .beta2 = config.beta2, .weight_decay = config.weight_decay});
  const optim::WarmupCosine schedule{
      .lr = config.lr, .warmup = config.warmup, .total = config.steps, .min_lr = config.min_lr};

  std::int64_t step = 0;
  Batch batch;
  while (step < config.steps && !xgrad::train::interrupted()) {
    ++step;
    batch = next_batch();
    optimizer.set_lr(schedule(step - 1));
    optimizer.zero_grad();                           // of the previous step
    const Variable loss = batch_loss(model, batch);  // forward
    loss.backward();                                 // ∂loss/∂p for every parameter p
    clip_gradients(model, step, loss.item<double>());
    optimizer.step();  // moves every p against its gradient
    after_step({.number = step, .loss = loss.item<double>(), .lr = optimizer.lr()});
  }
  if (step > 0) check_last_step(model, batch, step);
  return step == config.steps;
}
