#pragma once

#include <chrono>
#include <cstdint>

/// Tells how training goes: one line that renews itself on a terminal, a plain line now and then in a pipe or
/// a file.
class Progress {
 public:
  Progress(std::int64_t steps, std::int64_t tokens_per_step);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// After step `step` (counted from 1) with this loss.
  void report(std::int64_t step, double loss);
  /// Leaves the renewing line, so that other output starts on a line of its own.
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
