// The progress of a training run: its line at every width, on a terminal, in a pipe, as JSON.

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <xgrad/training/progress.hpp>
#include <xgrad/training/progress_line.hpp>

#include "support.hpp"

using namespace xgrad;
using training::Progress;
using training::ProgressForm;

namespace {

const training::ProgressFigures figures{.step = 640,
                                        .steps = 1200,
                                        .loss = 0.12345,
                                        .smoothed_loss = 0.13,
                                        .lr = 3.2e-3,
                                        .tokens_per_second = 48213,
                                        .seconds_left = 74.6,
                                        .memory = 312'400'000};

// A terminal of the given width, which only its owner reads.
class Terminal {
 public:
  explicit Terminal(unsigned short columns) {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    slave = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    REQUIRE(slave >= 0);
    resize(columns);
  }
  ~Terminal() {
    ::close(slave);
    ::close(master_);
  }
  void resize(unsigned short columns) const {
    const winsize size{24, columns, 0, 0};
    REQUIRE(::ioctl(slave, TIOCSWINSZ, &size) == 0);
  }
  int slave = -1;

 private:
  int master_ = -1;
};

// A variable of the environment with another value, as long as it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value, 1);
  }
  ~Environment() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

bool has_control_characters(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' && c != '\n') return true;
  }
  return false;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a line of progress leaves out the least important figures until it fits") {
  const auto at = [](std::size_t width) { return progress_line(figures, {.width = width, .bar = true}); };
  CHECK(at(0) ==
        "[#######.......]  step 640/1200  loss 0.1235  smoothed 0.1300  lr 3.20e-03  48.2k tokens/s  1:15 "
        "left  "
        "312 MB");
  CHECK(at(79) == "step 640/1200  loss 0.1235  smoothed 0.1300  48.2k tokens/s  1:15 left");
  CHECK(at(40) == "step 640/1200  loss 0.1235  1:15 left");
  CHECK(at(19) == "53%  loss 0.1235");
  CHECK(at(10) == "53%");
  CHECK(at(2) == "53");
  for (std::size_t width = 1; width < 120; ++width) {
    CAPTURE(width);
    CHECK(at(width).size() <= width);
    CHECK(!at(width).empty());
  }
}

TEST_CASE("colours take no columns") {
  const std::string plain = progress_line(figures, {.width = 60, .bar = true});
  std::string coloured = progress_line(figures, {.width = 60, .bar = true, .colours = true});
  CHECK(coloured.size() > plain.size());
  for (std::size_t at; (at = coloured.find('\033')) != std::string::npos;)
    coloured.erase(at, coloured.find('m', at) - at + 1);
  CHECK(coloured == plain);
}

TEST_CASE("durations are written with as many units as they need") {
  CHECK(training::duration_text(0) == "0:00");
  CHECK(training::duration_text(59.6) == "1:00");
  CHECK(training::duration_text(3599) == "59:59");
  CHECK(training::duration_text(3605) == "1:00:05");
  CHECK(training::duration_text(-1) == "0:00");
  CHECK(training::duration_text(NAN) == "0:00");
  CHECK(training::duration_text(INFINITY).size() > 10);
}

TEST_CASE("the smoothed loss is a mean in which old losses fade") {
  std::ostringstream out;
  Progress progress(out, {.steps = 10, .form = ProgressForm::quiet});
  double above = 0, below = 0;
  for (int i = 1; i <= 10; ++i) {
    const double loss = 1.0 / i;
    progress.step({.number = i, .loss = loss, .lr = 1e-3, .tokens = 5});
    above += std::pow(0.95, -i) * loss;
    below += std::pow(0.95, -i);
    CHECK(progress.smoothed_loss() == doctest::Approx(above / below).epsilon(1e-12));
  }
  CHECK(out.str().empty());
  progress.note("a note", {{"note", std::string("a")}});
  CHECK(out.str().empty());
  progress.result("the result", {{"result", 1.0}});
  CHECK(out.str() == "the result\n");
}

TEST_CASE("in a pipe there is a line for each twentieth of the steps, without control characters") {
  std::ostringstream out;
  Progress progress(out, {.steps = 100, .terminal = -1});
  CHECK_FALSE(progress.has_colours());
  for (int i = 1; i <= 7; ++i) progress.step({.number = i, .loss = 2, .lr = 1e-3, .tokens = 5});
  progress.note("step 7: validation loss 1.5", {{"validation_loss", 1.5}});
  progress.finish();
  CHECK(out.str().starts_with("step 5/100  loss 2.0000  smoothed 2.0000  lr 1.00e-03  "));
  CHECK(out.str().ends_with("\nstep 7: validation loss 1.5\n"));
  CHECK_FALSE(has_control_characters(out.str()));
}

TEST_CASE("on a terminal one line is redrawn in its width, also after it was resized") {
  const Environment term("TERM", "xterm"), colours("NO_COLOR", "");
  const Terminal terminal(60);
  std::ostringstream out;
  Progress progress(out, {.steps = 2, .terminal = terminal.slave});
  CHECK(progress.has_colours());
  progress.step({.number = 1, .loss = 2, .lr = 1e-3, .tokens = 5});
  CHECK(out.str().starts_with("\r"));
  CHECK(contains(out.str(), "step 1/2  \033[1mloss 2.0000\033[0m"));
  CHECK_FALSE(contains(out.str(), "\n"));
  terminal.resize(20);  // the 49 columns of the first line are now three rows
  progress.step({.number = 2, .loss = 2, .lr = 1e-3, .tokens = 5});
  CHECK(contains(out.str(), "\033[2A\r100%  \033[1mloss 2.0000"));
  progress.note("done", {});
  CHECK(out.str().ends_with("\033[J\ndone\n"));
}

TEST_CASE("NO_COLOR takes the colours and a dumb terminal all control characters") {
  const Terminal terminal(80);
  for (const bool dumb : {false, true}) {
    const Environment term("TERM", dumb ? "dumb" : "xterm"), colours("NO_COLOR", "1");
    std::ostringstream out;
    Progress progress(out, {.steps = 1, .terminal = terminal.slave});
    progress.step({.number = 1, .loss = 2, .lr = 1e-3, .tokens = 5});
    progress.finish();
    CHECK_FALSE(progress.has_colours());
    CHECK_FALSE(contains(out.str(), "\033[1m"));
    CHECK(contains(out.str(), "\r") != dumb);
    if (dumb) CHECK_FALSE(has_control_characters(out.str()));
  }
}

TEST_CASE("as JSON each step, note and result is one object in a line") {
  std::ostringstream out;
  Progress progress(out, {.steps = 2, .form = ProgressForm::json});
  progress.step({.number = 1, .loss = NAN, .lr = 0.5, .tokens = 5});
  progress.note("not this", {{"validation_loss", 1.5}});
  progress.result("not this", {{"accuracy", 0.5}});
  const std::string text = out.str();
  CHECK(text.starts_with(
      "{\"step\":1,\"steps\":2,\"loss\":null,\"smoothed_loss\":null,\"lr\":0.5,\"tokens_per_second\":"));
  CHECK(text.ends_with("}\n{\"validation_loss\":1.5}\n{\"accuracy\":0.5}\n"));
  CHECK_FALSE(has_control_characters(text));
}

TEST_CASE("a resumed run estimates the time left from its own steps") {
  std::ostringstream out;
  Progress progress(out, {.steps = 1'000'000, .first_step = 999'998, .form = ProgressForm::json});
  ::usleep(20'000);
  progress.step({.number = 999'999, .loss = 1, .lr = 1, .tokens = 1});
  const std::size_t at = out.str().find("\"seconds_left\":");
  REQUIRE(at != std::string::npos);
  CHECK(std::atof(out.str().c_str() + at + 15) >= 0.02);  // as long as the step before
}
