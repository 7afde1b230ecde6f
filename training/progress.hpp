#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

#include <xgrad/training/fading_mean.hpp>
#include <xgrad/training/json_line.hpp>

namespace xgrad::training {

enum class ProgressForm {
  line,   ///< on a terminal one line that is redrawn, else a line after each twentieth of the steps
  quiet,  ///< results only
  json,   ///< one JSON object a line: for each step, note and result
};

struct ProgressOptions {
  std::int64_t steps = 0;       ///< of the whole run
  std::int64_t first_step = 0;  ///< the steps that were done before, by the run that is resumed
  ProgressForm form = ProgressForm::line;
  int terminal = 1;  ///< the number of the file behind `out`, which may be a terminal
};

struct ProgressStep {
  std::int64_t number;  ///< counts from 1
  double loss;
  double lr;
  std::int64_t tokens;  ///< that this step learnt from
};

/// Shows how a training run goes on: loss, smoothed loss, learning rate, tokens per second, time left,
/// memory. Its line fits the terminal, also while that is resized. A file, a pipe and a terminal that is
/// "dumb" (`TERM`) get no control characters; `NO_COLOR` in the environment leaves out the colours.
///
///     training::Progress progress(std::cout, {.steps = 2000});
///     progress.step({.number = step, .loss = loss, .lr = lr, .tokens = batch.numel()});
///     progress.note("step 250: validation loss 1.5", {{"step", 250}, {"validation_loss", 1.5}});
///     progress.result("accuracy: 98 %", {{"accuracy", 0.98}});
class Progress {
 public:
  Progress(std::ostream& out, const ProgressOptions& options);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(const ProgressStep& step);
  /// Prints a line between the steps: `text`, or the fields as JSON. Nothing if quiet.
  void note(const std::string& text, const Fields& fields);
  /// The same for what the run is for, which is also printed if quiet.
  void result(const std::string& text, const Fields& fields);
  /// Ends the redrawn line, so that other output starts on a new one.
  void finish();

  double seconds() const;  ///< since the start of this process' part
  double tokens_per_second() const;
  double smoothed_loss() const { return losses_.value(); }
  bool has_colours() const { return has_colours_; }

 private:
  using Clock = std::chrono::steady_clock;
  void draw();
  void print(const std::string& text, const Fields& fields);

  std::ostream& out_;
  ProgressOptions options_;
  bool redraws_, has_colours_;
  Clock::time_point start_ = Clock::now(), drawn_{};
  ProgressStep last_{};
  std::int64_t tokens_ = 0;
  FadingMean losses_;
  std::size_t open_columns_ = 0;  // of the line that the cursor stands in; 0: it stands at a line's start
  bool is_drawn_ = true;          // the last step
};

}  // namespace xgrad::training
