#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <xgrad/training/progress.hpp>

#include "pronouncer.hpp"

namespace g2p {

/// What decides the numbers of a run. A checkpoint keeps it.
struct Recipe {
  std::int64_t epochs = 16;
  std::int64_t batch_tokens = 1024;  ///< letters and phonemes in a step
  double lr = 1e-3;                  ///< the peak
  std::int64_t warmup = 1000;        ///< steps
  double weight_decay = 0.05;
  double label_smoothing = 0.1;
  std::uint64_t seed = 0;
  PronouncerOptions model = {};

  std::map<std::string, std::string> metadata() const;
  /// Throws `std::runtime_error` that names what is missing.
  static Recipe from_metadata(const std::map<std::string, std::string>& metadata);
};

struct TrainConfig {
  std::string dictionary;
  std::string out = "runs/g2p";
  bool resume = false;
  std::int64_t epochs = 0;  ///< in place of those of the run that is resumed; 0 leaves them
  std::int64_t checkpoint_every = 500;
  std::int64_t keep = 3;
  xgrad::training::ProgressForm form = xgrad::training::ProgressForm::line;
  Recipe recipe = {};
};

}  // namespace g2p
