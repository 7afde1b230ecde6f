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
  const std::int64_t parameters = model_->num_parameters();
  progress_->note("GPT with " + std::to_string(parameters) + " parameters learns " + config_.task,
                  {{"task", config_.task}, {"parameters", parameters}});
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
  const fs::path path = training::checkpoint_path(folder_->path(), trainer_->steps_done);
  tell("interrupted; saved to " + path.string() + "\nto go on: " + program_ + " --out " +
           shell_quoted(folder_->path().string()) + " --resume",
       path);
}

void Run::finish() {
  std::ostringstream seconds;
  seconds << std::fixed << std::setprecision(1) << progress_->seconds();
  progress_->note("trained for " + seconds.str() + " s", {{"seconds", progress_->seconds()}});
  save_safetensors(folder_->model_path(), model_->state_dict(), metadata_);
  tell("saved to " + folder_->model_path().string(), folder_->model_path());
  for (const Written& example : log_examples()) {
    if (example.expected.empty()) continue;
    progress_->result(line_of(example, progress_->has_colours()), fields_of(example, trainer_->steps_done));
  }
  const Measure measure = task_->validate(*model_, config_.batch);
  progress_->result(measure.name + ": " + measure.shown, {{measure.key, measure.value}});
  if (!prompt_.empty() && config_.sample > 0) show_sample();
  folder_->finish({{"step", trainer_->steps_done}, {measure.key, measure.value}});
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
  std::vector<Written> examples = task_->write(*model_);
  for (const Written& example : examples) folder_->log(fields_of(example, trainer_->steps_done));
  return examples;
}

void Run::show_sample() {
  Generator samples(config_.seed + 2);
  std::ostringstream sample;
  write_sample(*model_, task_->vocabulary(),
               {.prompt = prompt_, .length = config_.sample, .temperature = config_.temperature}, samples,
               sample);
  const std::string text = config_.prompt + sample.str();
  progress_->result("sample:\n" + text, {{"sample", text}});
}

fs::path Run::write_report() const {
  return write_run_report(folder_->path(), *model_, task_->vocabulary(), metadata_);
}

// While training goes on, a page that cannot be written is not worth an error: there will be another one.
void Run::try_to_write_report() const {
  try {
    write_report();
  } catch (const std::exception&) {
  }
}
