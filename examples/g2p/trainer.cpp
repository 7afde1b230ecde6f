#include "trainer.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "../command_line/memory.hpp"

using namespace xgrad;

namespace g2p {
namespace {

constexpr std::int64_t norms_every = 100;

// A lower bound: the matrices alone; of each token, what the tape keeps of an encoder's layer.
void check_size(const Recipe& recipe) {
  const auto D = static_cast<double>(recipe.model.d_model), F = static_cast<double>(recipe.model.d_hidden),
             L = static_cast<double>(recipe.model.layers);
  check_memory({.parameters = L * (12 * D * D + 4 * D * F),
                .tokens = static_cast<double>(recipe.batch_tokens),
                .kept_per_token = L * (8 * D + 2 * F)},
               "; try smaller values of --layers, --d-model, --d-hidden or --batch-tokens");
}

Pronouncer make_model(const Dictionary& dictionary, const Recipe& recipe) {
  check_size(recipe);
  manual_seed(recipe.seed);
  return {dictionary.letters, dictionary.phonemes, recipe.model};
}

}  // namespace

Trainer::Trainer(const Dictionary& dictionary, const Recipe& r)
    : recipe(r),
      model(make_model(dictionary, recipe)),
      batches(dictionary.part(Part::training), dictionary.letters, dictionary.phonemes, recipe.batch_tokens,
              recipe.seed + 1),
      optimizer_(optim::decay_matrices(model, recipe.weight_decay), {.lr = recipe.lr, .beta2 = 0.98}),
      schedule_(optimizer_, {.warmup = std::min(recipe.warmup, steps()), .total = steps()}) {
  state_.add("model", model).add("optimizer", optimizer_).add("schedule", schedule_).add("batches", batches);
  state_.add("generator.default", default_generator());  // draws for dropout
}

Trainer::Step Trainer::step() {
  const std::int64_t number = steps_done_ + 1;
  const std::string name = "step " + std::to_string(number);
  const Batch batch = batches.next();
  optimizer_.zero_grad();
  const Variable loss = batch_loss(model, batch, recipe.label_smoothing);
  loss.backward();
  if (!std::isfinite(loss.item<double>()))
    throw std::runtime_error(name + ": the loss is not finite; try a lower --lr");
  std::optional<training::StepNorms> norms;
  if (number % norms_every == 0) norms.emplace(model, number);
  try {
    optim::clip_grad_norm_(model.parameters(), 1);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(name + ": " + error.what() + "; try a lower --lr");
  }
  const double lr = optimizer_.lr();
  optimizer_.step();
  schedule_.step();
  steps_done_ = number;
  return {number, loss.item<double>(), lr, batch.tokens(), norms ? norms->fields() : training::Fields()};
}

training::Checkpoint Trainer::checkpoint() const {
  training::Checkpoint checkpoint = state_.checkpoint(steps_done_);
  checkpoint.metadata = recipe.metadata();
  checkpoint.metadata.merge(model.metadata());
  return checkpoint;
}

void Trainer::load(const training::Checkpoint& checkpoint) {
  state_.load(checkpoint);
  steps_done_ = checkpoint.step;
}

double mean_loss(const Pronouncer& model, const std::vector<Word>& words, const Recipe& recipe) {
  const nn::EvalGuard eval(model);
  Batches batches(words, model.letters, model.phonemes, recipe.batch_tokens, 0);
  double sum = 0;
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < batches.sampler().size(); ++i) {
    const Batch batch = batches.next();
    const std::int64_t targets = (batch.targets >= 0).sum().item<std::int64_t>();
    sum += batch_loss(model, batch, recipe.label_smoothing).item<double>() * static_cast<double>(targets);
    count += targets;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace g2p
