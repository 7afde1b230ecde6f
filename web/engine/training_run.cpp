#include "training_run.hpp"

#include <cmath>
#include <stdexcept>

#include <xgrad/core/base/number_text.hpp>

#include "model.hpp"

namespace xgrad::web {
namespace {

void check_range(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument("[training] " + std::string(name) + " must be from " + std::to_string(least) +
                              " to " + std::to_string(most) + ", got " + std::to_string(value));
}

void check_rate(double rate) {
  if (rate > 0 && std::isfinite(rate)) return;
  throw std::invalid_argument("[training] the rate must be a number above 0, got " + number_text(rate));
}

// Ranges that a browser on a phone can bear. Everything else is the library's business.
const Config& checked(const Config& config) {
  check_range("digits", config.digits, 1, 3);
  check_range("layers", config.layers, 1, 8);
  check_range("heads", config.heads, 1, 32);
  check_range("d_model", config.d_model, 1, 256);
  check_range("batch", config.batch, 1, 1024);
  check_range("seed", static_cast<std::int64_t>(config.seed), 0, std::int64_t{1} << 53);
  check_rate(config.lr);
  return config;
}

// Steps of the schedule: the rate rises, falls to a tenth, and stays there as long as the run goes on.
Config with_schedule(Config config) {
  config.warmup = 50;
  config.steps = 600;
  config.min_lr = config.lr / 10;
  return config;
}

Addition make_addition(const Config& config) {
  Generator held_out(config.seed + 2);  // train_transformer's, so both evaluate on the same sums
  return {config.digits, /*held_out=*/2000, held_out};
}

}  // namespace

TrainingRun::TrainingRun(const Config& config)
    : config_(with_schedule(checked(config))),
      task_(make_addition(config)),
      weights_(config.seed),
      batches_(config.seed + 1),
      model_(task_.model_options(config), weights_),
      trainer_(model_, config_) {}

Step TrainingRun::step() {
  if (end_) throw *end_;
  last_batch_ = task_.next_batch(config_.batch, batches_);
  // What the schedule has set is relative to the rate of the start.
  optim::AdamW& optimizer = trainer_.optimizer;
  optimizer.set_lr(optimizer.lr() / optimizer.initial_lr() * config_.lr);
  try {
    return trainer_.step(*last_batch_);
  } catch (const Diverged& error) {
    end_ = error;
    throw;
  }
}

void TrainingRun::set_rate(double rate) {
  check_rate(rate);
  config_.lr = rate;
}

void TrainingRun::save(const std::filesystem::path& path) const {
  if (!last_batch_) throw std::invalid_argument("[training] there is nothing to save before the first step");
  trainer_.check(*last_batch_);
  Config config = config_;
  config.steps = trainer_.steps_done;
  save_safetensors(path, model_.state_dict(), run_metadata(config, task_, model_));
}

}  // namespace xgrad::web
