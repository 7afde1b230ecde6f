#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "config.hpp"
#include "vocabulary.hpp"
#include "written.hpp"

/// Token sequences and, for each position, the token to predict.
struct Batch {
  xgrad::Tensor tokens;   ///< (B, T) int64
  xgrad::Tensor targets;  ///< (B, T) int64; −100: nothing to predict
};

/// How well a model does on data that it was not trained on.
struct Measure {
  std::string key;    ///< in metrics.jsonl: "validation_loss"
  double value;       ///< 1.6767
  std::string name;   ///< "validation loss"
  std::string shown;  ///< "1.6767"
};

/// What a model learns.
class Task {
 public:
  virtual ~Task() = default;

  virtual const Vocabulary& vocabulary() const = 0;
  /// Tells one set of data from another: a run is not resumed with other data.
  virtual std::string data_hash() const = 0;
  /// Of a model for this task.
  virtual xgrad::nn::GPTOptions model_options(const Config& config) const = 0;
  virtual Batch next_batch(std::int64_t size, xgrad::Generator& generator) const = 0;
  /// On held-out data, `size` sequences in a batch. Draws no random numbers, and each call gives the same.
  virtual Measure validate(xgrad::nn::GPT& model, std::int64_t size) const = 0;
  /// Examples of what the model does with data that it was not trained on. The same each time.
  virtual std::vector<Written> write(const xgrad::nn::GPT& model) const = 0;
};

/// Throws `std::runtime_error` if the text cannot be read or is too short.
std::unique_ptr<Task> make_task(const Config& config);
