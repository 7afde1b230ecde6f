#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace xgrad::training {

/// What a person sees of a step.
struct ProgressFigures {
  std::int64_t step = 0, steps = 0;
  double loss = 0, smoothed_loss = 0, lr = 0;
  double tokens_per_second = 0, seconds_left = 0;
  std::int64_t memory = 0;  ///< in bytes; 0: unknown
};

struct ProgressLineOptions {
  std::size_t width = 0;  ///< the most columns; 0: any number
  bool bar = false;       ///< starts with a bar such as [####....]
  bool colours = false;   ///< escape sequences, which take no column
};

/// The figures in one line without a line break. Where they do not fit, the least important ones are left
/// out; the share of the steps and the loss stay the longest.
std::string progress_line(const ProgressFigures& figures, const ProgressLineOptions& options);

/// "1:05:09", "14:07" or "0:42".
std::string duration_text(double seconds);

}  // namespace xgrad::training
