#include "run.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "../command_line/number_text.hpp"
#include "../command_line/shell.hpp"
#include "pronounce.hpp"
#include "report.hpp"
#include "trainer.hpp"

using namespace xgrad;

namespace g2p {
namespace {

constexpr std::int64_t beams = 5;  // after training; greedy meanwhile
constexpr std::size_t shown_samples = 4;

double processor_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double number_in(const std::string& text) {
  double number = 0;
  if (read_number(text, number)) return number;
  throw std::runtime_error("the checkpoint's processor_seconds are no number: " + text);
}

training::Fields fields_of(const std::string& name, const ErrorRate& rate) {
  return {{name + "_word_error", rate.of_words()}, {name + "_phoneme_error", rate.of_phonemes()}};
}

std::string text_of(const ErrorRate& rate) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << 100 * rate.of_words() << " % of words wrong, "
       << 100 * rate.of_phonemes() << " % of phonemes";
  return text.str();
}

class Run {
 public:
  explicit Run(const TrainConfig& config) : config_(config), dictionary_(read_dictionary(config.dictionary)) {
    if (config.resume && training::holds_run(config.out)) resume();
    trainer_.emplace(dictionary_, config_.recipe);
    if (!folder_) folder_.emplace(config_.out, training::RunFolderOptions{.keep = config_.keep});
  }

  int go() {
    if (checkpoint_ && folder_->is_finished() && checkpoint_->step == trainer_->steps()) {
      std::cout << config_.out << " is finished: all of its " << trainer_->steps() << " steps are done\n";
      return 0;
    }
    training::Progress progress(std::cout, {.steps = trainer_->steps(),
                                            .first_step = checkpoint_ ? checkpoint_->step : 0,
                                            .form = config_.form});
    announce(progress);
    training::watch_for_interrupt();  // before the first file: a full disk must not kill the program
    start(progress);
    while (trainer_->steps_done() < trainer_->steps()) {
      report(trainer_->step(), progress);
      const bool stops = training::interrupted();
      const bool is_last = trainer_->steps_done() == trainer_->steps();
      const bool is_due = trainer_->steps_done() % config_.checkpoint_every == 0;
      if (trainer_->epoch_is_over()) validate(progress);  // also before a stop, as the next run would not
      if (stops || is_last || is_due) save(/*must=*/stops || is_last, progress);
      if (!stops) continue;
      progress.result("interrupted; to go on: g2p train --dict " + shell_quoted(config_.dictionary) +
                          " --out " + shell_quoted(folder_->path().string()) + " --resume",
                      {{"interrupted", true}});
      return 128 + training::interrupt_signal();
    }
    finish(progress);
    return 0;
  }

 private:
  // The run goes on from its newest checkpoint, with the model and the recipe of this checkpoint.
  void resume() {
    folder_.emplace(config_.out, training::RunFolderOptions{.resume = true, .keep = config_.keep});
    checkpoint_ = training::newest_checkpoint(config_.out);
    if (!checkpoint_) throw std::runtime_error("the run in " + config_.out + " has no checkpoint");
    const PronouncerOptions model = Pronouncer::from_metadata(checkpoint_->metadata).options;
    config_.recipe = Recipe::from_metadata(checkpoint_->metadata);
    config_.recipe.model = {model.d_model, model.heads, model.layers, model.d_hidden,
                            config_.recipe.model.dropout};
    if (config_.epochs > 0) config_.recipe.epochs = config_.epochs;
    if (checkpoint_->text("dictionary") != dictionary_.fingerprint)
      throw std::runtime_error("the run in " + config_.out + " was trained with another dictionary than " +
                               config_.dictionary);
  }

  void announce(training::Progress& progress) {
    if (config_.resume && !checkpoint_) {
      progress.note(config_.out + " holds no run to resume; it starts from the beginning",
                    {{"resumes_after", 0}});
    }
    if (folder_->path() != config_.out) {
      progress.note(config_.out + " holds an earlier run; this run goes to " + folder_->path().string(),
                    {{"folder", folder_->path().string()}});
    }
    const std::int64_t parameters = trainer_->model.num_parameters();
    const auto words = [&](Part part) { return std::to_string(dictionary_.part(part).size()); };
    progress.note("a transformer with " + std::to_string(parameters) + " parameters learns to pronounce " +
                      words(Part::training) + " words; " + words(Part::validation) + " are for validation, " +
                      words(Part::test) + " for the test",
                  {{"parameters", parameters}});
    if (!checkpoint_) return;
    progress.note("resumes after step " + std::to_string(checkpoint_->step), {{"step", checkpoint_->step}});
  }

  void start(training::Progress& progress) {
    if (!checkpoint_) return save(/*must=*/true, progress);
    trainer_->load(*checkpoint_);
    folder_->rewind(*checkpoint_);
    earlier_seconds_ = number_in(checkpoint_->text("processor_seconds"));
    checkpoint_.reset();
  }

  void report(const Trainer::Step& step, training::Progress& progress) {
    progress.step({.number = step.number, .loss = step.loss, .lr = step.lr, .tokens = step.tokens});
    folder_->log({{"step", step.number}, {"loss", step.loss}, {"lr", step.lr}});
    if (!step.norms.empty()) folder_->log(step.norms);
    folder_->log_timing({{"step", step.number},
                         {"seconds", progress.seconds()},
                         {"processor_seconds", seconds()},
                         {"tokens_per_second", progress.tokens_per_second()}});
  }

  void validate(training::Progress& progress) {
    const std::vector<Word> words = dictionary_.part(Part::validation);
    if (words.empty()) return;
    const ErrorRate rate = error_rate(trainer_->model, words, 1);
    const double loss = mean_loss(trainer_->model, words, config_.recipe);
    training::Fields fields{{"step", trainer_->steps_done()}, {"validation_loss", loss}};
    for (const auto& field : fields_of("validation", rate)) fields.push_back(field);
    folder_->log(fields);
    log_samples();
    try_to_write_report();
    std::ostringstream text;
    text << "epoch " << trainer_->batches.sampler().epoch() + 1 << ": validation loss " << std::fixed
         << std::setprecision(4) << loss << ", " << text_of(rate) << ", after " << std::setprecision(0)
         << seconds() << " processor seconds";
    progress.note(text.str(), fields);
  }

  // While training goes on, a page that cannot be written is not worth an error: there will be another one.
  void try_to_write_report() {
    try {
      write_report(*trainer_, *folder_, shown_words());
    } catch (const std::exception&) {
    }
  }

  // Some words of the validation part, evenly spread, for the report.
  std::vector<std::string> shown_words() const {
    const std::vector<Word> words = dictionary_.part(Part::validation);
    std::vector<std::string> shown;
    const std::size_t count = std::min(shown_samples, words.size());
    for (std::size_t i = 0; i < count; ++i)
      shown.push_back(words[(2 * i + 1) * words.size() / (2 * count)].spelling);  // the middle of its share
    return shown;
  }

  void log_samples() {
    const std::vector<std::string> words = shown_words();
    const std::vector<Tokens> said = pronounce(trainer_->model, words, 1);
    for (std::size_t i = 0; i < words.size(); ++i) {
      folder_->log({{"step", trainer_->steps_done()},
                    {"prompt", words[i]},
                    {"sample", trainer_->model.phonemes.names(said[i])}});
    }
  }

  // While training goes on, a checkpoint may fail: the disk may have room again for the next one.
  void save(bool must, training::Progress& progress) {
    training::Checkpoint checkpoint = trainer_->checkpoint();
    checkpoint.metadata["dictionary"] = dictionary_.fingerprint;
    checkpoint.metadata["processor_seconds"] = std::to_string(seconds());
    try {
      folder_->save(std::move(checkpoint));
    } catch (const std::runtime_error& error) {
      progress.finish();
      if (must) throw;
      std::cerr << "warning: " << error.what() << std::endl;
    }
  }

  void finish(training::Progress& progress) {
    std::map<std::string, std::string> metadata = trainer_->checkpoint().metadata;
    metadata["dictionary"] = dictionary_.fingerprint;
    save_safetensors(folder_->model_path(), trainer_->model.state_dict(), metadata);
    progress.result("saved to " + folder_->model_path().string(),
                    {{"saved", folder_->model_path().string()}});
    training::Fields fields{{"step", trainer_->steps_done()}};
    for (const auto& [part, name] : {std::pair{Part::validation, "validation"}, {Part::test, "test"}}) {
      const std::vector<Word> words = dictionary_.part(part);
      if (words.empty()) continue;
      const ErrorRate rate = error_rate(trainer_->model, words, beams);
      const training::Fields found = fields_of(std::string("final_") + name, rate);
      fields.insert(fields.end(), found.begin(), found.end());
      progress.result(std::string(name) + ": " + text_of(rate), found);
    }
    folder_->finish(fields);
    const std::string page = write_report(*trainer_, *folder_, shown_words()).string();
    progress.result("report: " + page, {{"report", page}});
  }

  double seconds() const { return earlier_seconds_ + processor_seconds(); }

  TrainConfig config_;
  Dictionary dictionary_;
  std::optional<training::RunFolder> folder_;
  std::optional<training::Checkpoint> checkpoint_;  // that the run goes on from
  std::optional<Trainer> trainer_;
  double earlier_seconds_ = 0;  // of the processor, before the run was resumed
};

}  // namespace

int run(const TrainConfig& config) { return Run(config).go(); }

}  // namespace g2p
