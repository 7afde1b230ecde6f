#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <xgrad/xgrad.hpp>

#include "addition.hpp"
#include "config.hpp"
#include "train.hpp"

namespace xgrad::web {

/// A run of the program train_transformer that learns to add, which the page steps through. Its data, model
/// and steps are the program's; but it goes on after the end of its schedule, and the rate can be changed.
class TrainingRun {
 public:
  /// Throws `std::invalid_argument` if an option is out of the page's range, or the library refuses it.
  explicit TrainingRun(const Config& config);
  TrainingRun(const TrainingRun&) = delete;  // the optimiser holds handles to the model
  TrainingRun& operator=(const TrainingRun&) = delete;

  /// Throws `Diverged` if the loss or a gradient is not finite, and in all later steps.
  Step step();
  void set_rate(double rate);  ///< from the next step on
  /// Writes a file that train_transformer reads. Throws `Diverged` rather than save a model of NaNs.
  void save(const std::filesystem::path& path) const;

  std::int64_t steps_done() const { return trainer_.steps_done; }
  const Addition& task() const { return task_; }
  nn::GPT& model() { return model_; }

 private:
  Config config_;
  Addition task_;
  Generator weights_, batches_;
  nn::GPT model_;
  Trainer trainer_;
  std::optional<Batch> last_batch_;
  std::optional<Diverged> end_;
};

}  // namespace xgrad::web
