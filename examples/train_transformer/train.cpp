#include "train.hpp"

#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include <xgrad/training/interrupt.hpp>

using namespace xgrad;

namespace {

[[noreturn]] void diverged(const std::string& when, const std::string& what) {
  throw Diverged(when + ": " + what);
}

std::string step_name(std::int64_t step) { return "step " + std::to_string(step); }

void check_loss(const std::string& when, double loss) {
  if (!std::isfinite(loss)) diverged(when, std::isnan(loss) ? "the loss is nan" : "the loss is inf");
}

// Scales the gradients so that their joint norm is at most 1: one odd batch must not undo what was learnt.
// Returns the norm before. A loss or a gradient that is not finite is an error.
double clip_gradients(const nn::GPT& model, std::int64_t step, double loss) {
  check_loss(step_name(step), loss);
  try {
    return optim::clip_grad_norm_(model.parameters(), 1.0);
  } catch (const std::runtime_error& error) {
    diverged(step_name(step), "the loss is " + std::to_string(loss) + ", but " + error.what());
  }
}

}  // namespace

Diverged::Diverged(const std::string& why)
    : runtime_error(why + "; no model is saved; try a lower --lr"), reason(why) {}

Variable batch_loss(const nn::GPT& model, const Batch& batch) {
  const Variable x = model.hidden(batch.tokens);  // (B, T, D)
  return linear_cross_entropy(x, model.head.weight, batch.targets);
}

Ranks& Trainer::alone() {
  static Ranks ranks;
  return ranks;
}

Trainer::Trainer(nn::GPT& trained, const Config& config, Ranks& ranks)
    : model(trained),
      optimizer(model.parameters(),
                {.lr = config.lr, .beta2 = config.beta2, .weight_decay = config.weight_decay}),
      schedule(optimizer, {.warmup = config.warmup, .total = config.steps, .min_lr = config.min_lr}),
      mixed_precision_(config.mixed_precision),
      seed_(config.seed),
      ranks_(ranks) {
  ranks_.attach(model);
}

Step Trainer::step(const Batch& batch) {
  optimizer.zero_grad();  // of the previous step
  const double loss = forward_and_backward(batch);
  constexpr std::int64_t measure_every = 25;
  const std::int64_t number = steps_done + 1;
  std::optional<training::StepNorms> norms;
  if (number == 1 || number % measure_every == 0) norms.emplace(model, number);
  const double grad_norm = clip_gradients(model, number, loss);
  const double lr = optimizer.lr();
  optimizer.step();  // moves every p against its gradient
  schedule.step();
  steps_done = number;
  return {.number = number,
          .loss = loss,
          .lr = lr,
          .grad_norm = grad_norm,
          .norms = norms ? norms->fields() : training::Fields()};
}

double Trainer::forward_and_backward(const Batch& joint) {
  const Batch batch = part_of(joint);
  seed_dropout();
  const double targets = ranks_.size() == 1 ? 1 : sum((batch.targets != -100).to(float64)).item<double>();
  ranks_.begin(targets);
  double value = 0;
  if (targets > 0) {
    const MixedPrecision guard(mixed_precision_);    // on only if the run asks for it
    const Variable loss = batch_loss(model, batch);  // forward
    loss.backward();                                 // ∂loss/∂p for every parameter p
    value = loss.item<double>();
  }
  ranks_.finish();
  return ranks_.mean(value);
}

// Each rank drops other activations, and a resumed run the same ones again.
void Trainer::seed_dropout() const {
  if (ranks_.size() == 1) return;
  manual_seed(seed_ + static_cast<std::uint64_t>((steps_done + 3) * ranks_.size() + ranks_.rank()));
}

// The rows of one rank. All ranks draw the same batch, so that no row is trained twice or left out.
Batch Trainer::part_of(const Batch& batch) const {
  if (ranks_.size() == 1) return batch;
  const std::int64_t rows = batch.tokens.size(0);
  const auto begin_of = [&](std::int64_t rank) { return rows * rank / ranks_.size(); };
  const auto part = [&](const Tensor& all) {
    return all.slice(0, begin_of(ranks_.rank()), begin_of(ranks_.rank() + 1));
  };
  return {part(batch.tokens), part(batch.targets)};
}

bool Trainer::interrupted() const { return ranks_.any(training::interrupted()); }

void Trainer::check(const Batch& batch) const {
  ranks_.check_equal();
  const std::string when = "after " + step_name(steps_done);
  for (const auto& [name, parameter] : model.named_parameters()) {
    const Tensor& p = parameter.value();
    if (any(isnan(p - p)).item<bool>()) diverged(when, name + " is not finite");  // ∞ − ∞ is NaN, too
  }
  const nn::EvalGuard eval(model);
  check_loss(when, batch_loss(model, batch).item<double>());
}

bool fit(Trainer& trainer, const Config& config, const FitCallbacks& callbacks) {
  while (trainer.steps_done < config.steps) {
    const Batch batch = callbacks.next_batch();
    const Step step = trainer.step(batch);
    callbacks.after_step(step);
    const bool stops = trainer.interrupted();  // asked once: a signal may come at any time
    const bool is_last = step.number == config.steps;
    const bool is_due = config.checkpoint_every > 0 && step.number % config.checkpoint_every == 0;
    if (stops || is_last || is_due) {
      trainer.check(batch);
      callbacks.save(/*must=*/stops && !is_last);
    }
    if (stops) return is_last;
  }
  return true;
}
