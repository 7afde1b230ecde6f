#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/named_tensors.hpp>

namespace xgrad::optim {

struct EMAOptions {
  double decay = 0.999;  ///< in [0, 1)
  /// The decay of update n, counted from 0, is at most (1 + n) / (10 + n), so that the start is forgotten
  /// soon (as TensorFlow's ExponentialMovingAverage with `num_updates`).
  bool warmup = false;
};

/// An average of the parameters over the steps of training, which is often better than the last ones (Polyak
/// & Juditsky 1992, here with weights that fall exponentially). It begins with the parameters as they are.
/// Each `update`, after the optimiser's step, moves it:
///   average ← average + (1 − decay) · (p − average)
///
///     optim::EMA ema(model.parameters(), {.decay = 0.999});
///     for (...) {
///       ...
///       optimizer.step();
///       ema.update();
///     }
///     {
///       const optim::EMA::Guard averaged(ema);  // the model has the averages to the end of the block
///       evaluate(model);
///       model.save(path);
///     }
class EMA {
 public:
  /// Buffers can be averaged too. Throws if there are no parameters, or if one is undefined, not a leaf,
  /// listed twice or not floating.
  explicit EMA(std::vector<Variable> parameters, const EMAOptions& options = {});
  EMA(EMA&&) = default;
  EMA& operator=(EMA&&) = default;

  /// Throws if a parameter has another shape or dtype than its average, or while a Guard lives; then nothing
  /// has changed.
  void update();
  /// One for each parameter.
  const std::vector<Tensor>& averages() const { return averages_; }

  /// int64 `num_updates`, and `averages.0`, `averages.1`, ..., which share memory with the averages.
  NamedTensors state_dict() const;
  /// Throws `std::invalid_argument` that names all that is wrong; then nothing has changed.
  void load_state_dict(const NamedTensors& state);

  class Guard;

 private:
  void check_fits() const;

  std::vector<Variable> parameters_;
  EMAOptions options_;
  std::vector<Tensor> averages_;  // of the parameters
  std::int64_t updates_ = 0;
  bool is_swapped_ = false;  // while a Guard lives
};

/// While it lives, the averages are the parameters' values, without a copy: the model can be evaluated or
/// saved. Then they have their own values again. A step of training meanwhile would change the averages.
class EMA::Guard {
 public:
  [[nodiscard]] explicit Guard(EMA& ema);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  EMA& ema_;
  std::vector<Tensor> values_;  // of the parameters
};

}  // namespace xgrad::optim
