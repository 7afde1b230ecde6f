// What a run tells, and what it writes when it ends.

#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "../command_line/shell.hpp"
#include "run.hpp"
#include "run_report.hpp"
#include "sample.hpp"
#include "sums.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

void Run::announce() {
  const std::string folder = folder_->path().string();
  if (folder != config_.out) {
    progress_->note(config_.out + " holds an earlier run; this run goes to " + folder, {{"folder", folder}});
  }
  const std::int64_t parameters = setup_->model.num_parameters();
  progress_->note("GPT with " + std::to_string(parameters) + " parameters learns " + config_.task,
                  {{"task", config_.task}, {"parameters", parameters}});
  if (ranks_.size() > 1) {
    progress_->note("it is trained by " + std::to_string(ranks_.size()) + " processes",
                    {{"processes", ranks_.size()}});
  }
  if (config_.mixed_precision && !has_bfloat16_products()) {
    progress_->note(
        "mixed precision takes longer than float32 here: the processor has no fast products of bfloat16",
        {{"bfloat16_products", false}});
  }
  if (checkpoint_) {
    progress_->note(
        "resumes after step " + std::to_string(checkpoint_->step) + " of " + std::to_string(config_.steps),
        {{"resumes_after", checkpoint_->step}});
  } else if (config_.resume) {
    progress_->note(folder + " holds no run to resume; it starts from the beginning", {{"resumes_after", 0}});
  }
}

// A path must not be lost with the output.
void Run::tell(const std::string& text, const fs::path& path) {
  progress_->result(text, {{"saved", path.string()}});
  if (!std::cout) std::cerr << text << '\n';
}

void Run::tell_interrupted() {
  const fs::path path = training::checkpoint_path(folder_->path(), setup_->trainer.steps_done);
  const std::string mpirun = ranks_.size() > 1 ? "mpirun -n " + std::to_string(ranks_.size()) + ' ' : "";
  tell("interrupted; saved to " + path.string() + "\nto go on: " + mpirun + program_ + " --out " +
           shell_quoted(folder_->path().string()) + " --resume",
       path);
}

void Run::finish() {
  std::ostringstream seconds;
  seconds << std::fixed << std::setprecision(1) << progress_->seconds();
  progress_->note("trained for " + seconds.str() + " s", {{"seconds", progress_->seconds()}});
  save_safetensors(folder_->model_path(), setup_->model.state_dict(), setup_->metadata);
  tell("saved to " + folder_->model_path().string(), folder_->model_path());
  for (const Written& example : log_examples()) {
    if (example.expected.empty()) continue;
    progress_->result(line_of(example, progress_->has_colours()),
                      fields_of(example, setup_->trainer.steps_done));
  }
  const Measure measure = setup_->task->validate(setup_->model, config_.batch);
  progress_->result(measure.name + ": " + measure.shown, {{measure.key, measure.value}});
  if (!prompt_.empty() && config_.sample > 0) show_sample();
  folder_->finish({{"step", setup_->trainer.steps_done}, {measure.key, measure.value}});
  if (!is_saved_) throw std::runtime_error("the last checkpoint is missing" + newest_text());
  const std::string report = write_report().string();
  progress_->result("report: " + report, {{"report", report}});
  const std::string prompt = config_.task == "addition" ? example_question(config_.digits) : config_.prompt;
  progress_->note("ask it more: " + program_ + " sample " + shell_quoted(folder_->path().string()) +
                      (prompt.empty() ? "" : " --prompt " + shell_quoted(prompt)),
                  {{"sample_from", folder_->path().string()}});
}

// Logs examples of what the model writes, for the report.
std::vector<Written> Run::log_examples() {
  std::vector<Written> examples = setup_->task->write(setup_->model);
  for (const Written& example : examples) folder_->log(fields_of(example, setup_->trainer.steps_done));
  return examples;
}

void Run::show_sample() {
  Generator samples(config_.seed + 2);
  std::ostringstream sample;
  write_sample(setup_->model, setup_->task->vocabulary(),
               {.prompt = prompt_, .length = config_.sample, .temperature = config_.temperature}, samples,
               sample);
  const std::string text = config_.prompt + sample.str();
  progress_->result("sample:\n" + text, {{"sample", text}});
}

fs::path Run::write_report() const {
  return write_run_report(folder_->path(), setup_->model, setup_->task->vocabulary(), setup_->metadata);
}

// While training goes on, a page that cannot be written is not worth an error: there will be another one.
void Run::try_to_write_report() const {
  try {
    write_report();
  } catch (const std::exception&) {
  }
}
