#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string>

namespace {

std::string minutes(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(seconds, 1e15) + 0.5);  // 2^63 steps would overflow
  std::ostringstream text;
  text << whole / 60 << ':' << (whole % 60 < 10 ? "0" : "") << whole % 60;
  return text.str();
}

std::string thousands(double count) {
  std::ostringstream text;
  text.precision(1);
  text << std::fixed << count / 1000 << 'k';
  return text.str();
}

}  // namespace

Progress::Progress(std::int64_t steps, std::int64_t tokens_per_step)
    : steps_(steps), tokens_per_step_(tokens_per_step), is_terminal_(isatty(STDOUT_FILENO) != 0) {}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

double Progress::tokens_per_second(std::int64_t step) const {
  return static_cast<double>(step * tokens_per_step_) / std::max(seconds(), 1e-9);
}

void Progress::report(std::int64_t step, double loss) {
  using namespace std::chrono_literals;
  const bool is_last = step == steps_;
  const bool due =
      is_terminal_ ? Clock::now() - drawn_ > 100ms : step % std::max<std::int64_t>(1, steps_ / 20) == 0;
  if (!due && !is_last) return;
  drawn_ = Clock::now();

  const double left = seconds() / static_cast<double>(step) * static_cast<double>(steps_ - step);
  std::ostringstream text;
  text.precision(4);
  if (is_terminal_) {
    constexpr std::int64_t width = 16;  // so that the line fits 80 columns
    const std::int64_t done = step * width / std::max<std::int64_t>(1, steps_);
    text << "\r[" << std::string(static_cast<std::size_t>(done), '#')
         << std::string(static_cast<std::size_t>(width - done), '.') << "] ";
  }
  text << "step " << step << '/' << steps_ << "  loss " << std::fixed << loss << "  "
       << thousands(tokens_per_second(step)) << " tokens/s  " << minutes(left) << " left";
  if (is_terminal_) {
    std::cout << text.str() << "\033[K" << std::flush;  // clears the rest of a longer line
    line_is_open_ = true;
  } else {
    std::cout << text.str() << std::endl;
  }
}

void Progress::finish() {
  if (line_is_open_) std::cout << std::endl;
  line_is_open_ = false;
}
