#include "train.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "interrupt.hpp"

using namespace xgrad;

namespace {

// Makes the gradients' joint norm 1 where it is larger, so that one odd batch can't undo what was learnt. A
// loss or a gradient that is not finite can't be learnt from at all.
void clip_gradients(const nn::GPT& model, std::int64_t step, double loss) {
  const auto diverged = [step](const std::string& what) {
    throw std::runtime_error("step " + std::to_string(step) + ": the loss is " + what + "; try a lower --lr");
  };
  if (!std::isfinite(loss)) diverged(std::isnan(loss) ? "nan" : "inf");
  try {
    optim::clip_grad_norm_(model.parameters(), 1.0);
  } catch (const std::runtime_error& error) {
    diverged(std::to_string(loss) + ", but " + error.what());
  }
}

}  // namespace

Variable batch_loss(const nn::GPT& model, const Batch& batch) {
  const Variable logits = model(batch.tokens);  // (B, T, V)
  return cross_entropy(logits.reshape({-1, logits.size(-1)}), batch.targets.reshape({-1}));
}

bool train(const nn::GPT& model, const Config& config, const std::function<Batch()>& next_batch,
           const std::function<void(const Step&)>& after_step) {
  optim::AdamW optimizer(model.parameters(),
                         {.lr = config.lr, .beta2 = config.beta2, .weight_decay = config.weight_decay});
  const optim::WarmupCosine schedule{
      .lr = config.lr, .warmup = config.warmup, .total = config.steps, .min_lr = config.min_lr};

  for (std::int64_t step = 1; step <= config.steps && !interrupted(); ++step) {
    optimizer.set_lr(schedule(step - 1));
    optimizer.zero_grad();                                  // those of the step before
    const Variable loss = batch_loss(model, next_batch());  // forward: how wrong the model is
    loss.backward();                                        // ∂loss/∂p, for every parameter p
    clip_gradients(model, step, loss.item<double>());
    optimizer.step();  // every p a little against its gradient
    after_step({.number = step, .loss = loss.item<double>(), .lr = optimizer.lr()});
  }
  return !interrupted();
}
