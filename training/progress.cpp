#include <xgrad/training/progress.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <string_view>

#include <xgrad/training/progress_line.hpp>

namespace xgrad::training {
namespace {

std::string_view variable_of_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

std::size_t columns_of(int terminal) {
  winsize size{};
  return ::ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// The bytes of memory that this process holds; 0 where Linux' /proc is missing.
std::int64_t resident_memory() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                             std::fclose);
  long size = 0, resident = 0;
  if (!file || std::fscanf(file.get(), "%ld %ld", &size, &resident) != 2) return 0;
  return static_cast<std::int64_t>(resident) * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

Progress::Progress(std::ostream& out, const ProgressOptions& options)
    : out_(out),
      options_(options),
      redraws_(options.form == ProgressForm::line && ::isatty(options.terminal) != 0 &&
               variable_of_environment("TERM") != "dumb"),
      has_colours_(redraws_ && variable_of_environment("NO_COLOR").empty()) {}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

double Progress::tokens_per_second() const {
  return static_cast<double>(tokens_) / std::max(seconds(), 1e-9);
}

void Progress::step(const ProgressStep& step) {
  using namespace std::chrono_literals;
  last_ = step;
  tokens_ += step.tokens;
  losses_.add(step.loss);
  is_drawn_ = false;
  if (options_.form == ProgressForm::quiet) return;

  const bool is_due = options_.form == ProgressForm::json || step.number == options_.steps ||
                      (redraws_ ? Clock::now() - drawn_ > 100ms
                                : step.number % std::max<std::int64_t>(1, options_.steps / 20) == 0);
  if (is_due) draw();
}

void Progress::draw() {
  const std::int64_t done = std::max<std::int64_t>(1, last_.number - options_.first_step);
  const ProgressFigures figures{.step = last_.number,
                                .steps = options_.steps,
                                .loss = last_.loss,
                                .smoothed_loss = smoothed_loss(),
                                .lr = last_.lr,
                                .tokens_per_second = tokens_per_second(),
                                .seconds_left = seconds() / static_cast<double>(done) *
                                                static_cast<double>(options_.steps - last_.number),
                                .memory = resident_memory()};
  is_drawn_ = true;
  drawn_ = Clock::now();
  if (options_.form == ProgressForm::json) {
    out_ << json_line({{"step", figures.step},
                       {"steps", figures.steps},
                       {"loss", figures.loss},
                       {"smoothed_loss", figures.smoothed_loss},
                       {"lr", figures.lr},
                       {"tokens_per_second", figures.tokens_per_second},
                       {"seconds_left", figures.seconds_left},
                       {"memory", figures.memory}})
         << std::flush;
  } else if (redraws_) {
    // A terminal that became narrower has wrapped the line: the cursor goes up to its first row.
    const std::size_t width = columns_of(options_.terminal);
    const std::size_t rows_up = open_columns_ == 0 ? 0 : (open_columns_ - 1) / width;
    if (rows_up > 0) out_ << "\033[" << rows_up << 'A';
    const std::size_t most = std::max<std::size_t>(1, width - 1);  // in the last column the cursor would wrap
    open_columns_ = progress_line(figures, {.width = most, .bar = true}).size();
    out_ << '\r' << progress_line(figures, {.width = most, .bar = true, .colours = has_colours_}) << "\033[J"
         << std::flush;  // clears the rest of a longer line
  } else {
    out_ << progress_line(figures, {}) << std::endl;
  }
}

void Progress::print(const std::string& text, const Fields& fields) {
  finish();
  if (options_.form == ProgressForm::json) {
    out_ << json_line(fields) << std::flush;
  } else {
    out_ << text << std::endl;
  }
}

void Progress::note(const std::string& text, const Fields& fields) {
  if (options_.form != ProgressForm::quiet) print(text, fields);
}

void Progress::result(const std::string& text, const Fields& fields) { print(text, fields); }

void Progress::finish() {
  if (open_columns_ == 0) return;
  if (!is_drawn_) draw();
  out_ << std::endl;
  open_columns_ = 0;
}

}  // namespace xgrad::training
