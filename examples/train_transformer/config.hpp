#pragma once

#include <cstdint>
#include <string>

#include <xgrad/training/progress.hpp>

inline constexpr std::int64_t most_digits = 9;  ///< a sum of two such numbers, and their pair, fit int64

/// The options of a run, with the defaults for the addition.
struct Config {
  std::string task = "addition";
  std::int64_t digits = 3;  ///< of the numbers that are added
  std::uint64_t seed = 0;
  std::int64_t steps = 1200;
  std::int64_t d_model = 64;
  std::int64_t layers = 2;
  std::int64_t heads = 4;
  std::int64_t batch = 256;
  double lr = 4e-3;  ///< the peak
  std::int64_t warmup = 100;
  double dropout = 0;
  double weight_decay = 0.1;
  bool mixed_precision = false;
  std::int64_t eval_every = 250;
  std::string out = "runs/addition";
  bool resume = false;
  std::int64_t checkpoint_every = 250;
  std::int64_t keep = 3;
  xgrad::training::ProgressForm form = xgrad::training::ProgressForm::line;

  // not on the command line
  double min_lr = 0;    ///< the last learning rate
  double beta2 = 0.98;  ///< of AdamW

  // for --task text
  std::string text = {};
  std::int64_t context = 64;
  std::int64_t sample = 200;
  std::string prompt = {};
  double temperature = 1;
};
