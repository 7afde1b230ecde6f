#pragma once

#include <chrono>
#include <cstdint>

/// Prints the progress of training: on a terminal one line that is redrawn, else a new line after each
/// twentieth of the steps.
class Progress {
 public:
  Progress(std::int64_t steps, std::int64_t tokens_per_step);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Call it after each step; `step` counts from 1.
  void report(std::int64_t step, double loss);
  /// Ends the redrawn line, so that other output starts on a new one.
  void finish();

  double seconds() const;  ///< since the start
  double tokens_per_second(std::int64_t step) const;

 private:
  using Clock = std::chrono::steady_clock;
  std::int64_t steps_, tokens_per_step_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_{};
  bool is_terminal_;
  bool line_is_open_ = false;
};
