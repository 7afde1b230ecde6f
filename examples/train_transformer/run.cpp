#include "run.hpp"

#include <iostream>
#include <stdexcept>
#include <utility>

#include "commands.hpp"
#include "sample.hpp"

using namespace xgrad;

Run::Run(const Config& given, const std::vector<std::string>& options, std::string program, Ranks& ranks)
    : program_(std::move(program)), ranks_(ranks) {
  Beginning beginning = beginning_of_run(given, options);
  config_ = std::move(beginning.config);
  checkpoint_ = std::move(beginning.checkpoint);
  if (checkpoint_)
    folder_.emplace(config_.out, training::RunFolderOptions{.resume = true, .keep = config_.keep});
  setup_.emplace(config_, ranks);
  if (config_.task == "text") prompt_ = prompt_tokens(config_.prompt, setup_->task->vocabulary());
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
    ranks_.check_same("checkpoints", std::to_string(checkpoint_->step));
    return 0;
  }
  const bool is_new = !checkpoint_;
  announce();
  bool finished = false;
  try {
    training::watch_for_interrupt();  // before the first file: a full disk must not kill the program
    start();
    finished = fit(setup_->trainer, config_,
                   {.next_batch = [this] { return setup_->task->next_batch(config_.batch, setup_->batches); },
                    .after_step = [this](const Step& step) { report(step); },
                    .save = [this](bool must) { save(must); }});
  } catch (const Diverged& error) {
    progress_->finish();
    if (is_new && setup_->trainer.steps_done == 0) folder_->discard();
    throw std::runtime_error(error.what() + newest_text());
  } catch (...) {
    if (is_new && setup_->trainer.steps_done == 0) folder_->discard();  // the options are wrong, not the run
    throw;
  }
  finished ? finish() : tell_interrupted();
  return training::interrupted() ? 128 + training::interrupt_signal() : 0;
}

// Restores the state, or saves the first one: from then on, the run can be resumed.
void Run::start() {
  if (checkpoint_) {
    setup_->load(*checkpoint_);
    folder_->rewind(*checkpoint_);
    checkpoint_.reset();  // frees its memory
    is_saved_ = true;
  } else {
    save(/*must=*/true);
  }
  ranks_.check_same("checkpoints", std::to_string(setup_->trainer.steps_done));
  training::Fields environment{{"start", setup_->trainer.steps_done}};
  for (const auto& [name, value] : training::arithmetic_environment()) environment.emplace_back(name, value);
  folder_->log_timing(environment);
}

void Run::report(const Step& step) {
  progress_->step({.number = step.number,
                   .loss = step.loss,
                   .lr = step.lr,
                   .tokens = config_.batch * setup_->model.options.context});
  folder_->log({{"step", step.number}, {"loss", step.loss}, {"lr", step.lr}});
  if (!step.norms.empty()) folder_->log(step.norms);
  folder_->log_timing({{"step", step.number},
                       {"seconds", progress_->seconds()},
                       {"tokens_per_second", progress_->tokens_per_second()}});
  if (config_.eval_every == 0 || step.number % config_.eval_every != 0 || step.number == config_.steps)
    return;
  const Measure measure = setup_->task->validate(setup_->model, config_.batch);
  const training::Fields fields{{"step", step.number}, {measure.key, measure.value}};
  folder_->log(fields);
  log_examples();
  progress_->note("step " + std::to_string(step.number) + ": " + measure.name + ' ' + measure.shown, fields);
}

// While training goes on, a checkpoint may fail: the disk may have room again for the next one.
void Run::save(bool must) {
  training::Checkpoint checkpoint = setup_->state.checkpoint(setup_->trainer.steps_done);
  checkpoint.metadata = setup_->metadata;
  try {
    folder_->save(std::move(checkpoint));
    is_saved_ = true;
    if (setup_->trainer.steps_done > 0) try_to_write_report();
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

int train_command(const Config& config, const std::vector<std::string>& given, const std::string& program,
                  Ranks& ranks) {
  if (ranks.rank() > 0) return follow_command(config, given, ranks);
  return Run(config, given, program, ranks).train();
}
