#include "run.hpp"

#include <iostream>
#include <stdexcept>
#include <utility>

#include "commands.hpp"
#include "model.hpp"
#include "model_size.hpp"
#include "sample.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

nn::GPT make_model(const Task& task, const Config& config) {
  const nn::GPTOptions options = task.model_options(config);
  check_size(options, config.batch);
  return nn::GPT(options);
}

}  // namespace

Run::Run(const Config& given, const std::vector<std::string>& options, std::string program)
    : program_(std::move(program)), config_(given) {
  if (!config_.text.empty()) config_.text = fs::absolute(config_.text);  // for another working directory
  if (config_.resume && training::holds_run(config_.out)) resume(options);
  task_ = make_task(config_);
  if (config_.task == "text") prompt_ = prompt_tokens(config_.prompt, task_->vocabulary());
  manual_seed(config_.seed);
  model_.emplace(make_model(*task_, config_));
  trainer_.emplace(*model_, config_);
  metadata_ = run_metadata(config_, *task_, *model_);
  batches_.manual_seed(config_.seed + 1);
  state_.add("model", *model_)
      .add("optimizer", trainer_->optimizer)
      .add("schedule", trainer_->schedule)
      .add("generator.default", default_generator())
      .add("generator.batches", batches_);
  if (!folder_) folder_.emplace(config_.out, training::RunFolderOptions{.keep = config_.keep});
}

int Run::train() {
  progress_.emplace(std::cout, training::ProgressOptions{.steps = config_.steps,
                                                         .first_step = checkpoint_ ? checkpoint_->step : 0,
                                                         .form = config_.form});
  if (checkpoint_ && checkpoint_->step == config_.steps && folder_->is_finished()) {
    progress_->result(folder_->path().string() + " is finished: all of its " + std::to_string(config_.steps) +
                          " steps are done",
                      {{"finished", true}});
    return 0;
  }
  const bool is_new = !checkpoint_;
  announce();
  bool finished = false;
  try {
    training::watch_for_interrupt();  // before the first file: a full disk must not kill the program
    start();
    finished = fit(*trainer_, config_,
                   {.next_batch = [this] { return task_->next_batch(config_.batch, batches_); },
                    .after_step = [this](const Step& step) { report(step); },
                    .save = [this](bool must) { save(must); }});
  } catch (const Diverged& error) {
    progress_->finish();
    if (is_new && trainer_->steps_done == 0) folder_->discard();
    throw std::runtime_error(error.what() + newest_text());
  } catch (...) {
    if (is_new && trainer_->steps_done == 0) folder_->discard();  // the options are wrong, not the run
    throw;
  }
  finished ? finish() : tell_interrupted();
  return training::interrupted() ? 128 + training::interrupt_signal() : 0;
}

void Run::resume(const std::vector<std::string>& options) {
  folder_.emplace(config_.out, training::RunFolderOptions{.resume = true, .keep = config_.keep});
  checkpoint_ = training::newest_checkpoint(folder_->path());
  if (!checkpoint_) {
    throw std::runtime_error("the run in " + config_.out +
                             " has no checkpoint and cannot be resumed; name another folder with --out");
  }
  config_ = resumed_config(config_, options, checkpoint_->metadata);
}

// Restores the state, or saves the first one: from then on, the run can be resumed.
void Run::start() {
  if (checkpoint_) {
    if (checkpoint_->text("data") != metadata_.at("data"))
      throw std::runtime_error("the training text of the run in " + config_.out +
                               " has changed: " + config_.text);
    state_.load(*checkpoint_);
    trainer_->steps_done = checkpoint_->step;
    folder_->rewind(*checkpoint_);
    checkpoint_.reset();  // frees its memory
    is_saved_ = true;
  } else {
    save(/*must=*/true);
  }
  training::Fields environment{{"start", trainer_->steps_done}};
  for (const auto& [name, value] : training::arithmetic_environment()) environment.emplace_back(name, value);
  folder_->log_timing(environment);
}

void Run::report(const Step& step) {
  progress_->step({.number = step.number,
                   .loss = step.loss,
                   .lr = step.lr,
                   .tokens = config_.batch * model_->options.context});
  folder_->log({{"step", step.number}, {"loss", step.loss}, {"lr", step.lr}});
  if (!step.norms.empty()) folder_->log(step.norms);
  folder_->log_timing({{"step", step.number},
                       {"seconds", progress_->seconds()},
                       {"tokens_per_second", progress_->tokens_per_second()}});
  if (config_.eval_every == 0 || step.number % config_.eval_every != 0 || step.number == config_.steps)
    return;
  const Measure measure = task_->validate(*model_, config_.batch);
  const training::Fields fields{{"step", step.number}, {measure.key, measure.value}};
  folder_->log(fields);
  log_examples();
  progress_->note("step " + std::to_string(step.number) + ": " + measure.name + ' ' + measure.shown, fields);
}

// While training goes on, a checkpoint may fail: the disk may have room again for the next one.
void Run::save(bool must) {
  training::Checkpoint checkpoint = state_.checkpoint(trainer_->steps_done);
  checkpoint.metadata = metadata_;
  try {
    folder_->save(std::move(checkpoint));
    is_saved_ = true;
    if (trainer_->steps_done > 0) try_to_write_report();
  } catch (const std::runtime_error& error) {
    progress_->finish();
    const std::string text = error.what() + newest_text();
    if (must) throw std::runtime_error(text);
    std::cerr << "warning: " << text << std::endl;
    is_saved_ = false;
  }
}

// After an error: what there is to go on with.
std::string Run::newest_text() const {
  const auto checkpoints = training::checkpoints_in(folder_->path());
  if (checkpoints.empty()) return {};
  return "; the newest checkpoint is " + checkpoints.front().second.string();
}

int train_command(Config config, const std::vector<std::string>& given, const std::string& program) {
  return Run(config, given, program).train();
}
