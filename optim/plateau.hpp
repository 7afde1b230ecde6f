#pragma once

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

struct PlateauOptions {
  enum class Mode { min, max };
  enum class Threshold { rel, abs };

  Mode mode = Mode::min;  ///< whether a smaller or a larger metric is better
  double factor = 0.1;    ///< below 1
  std::int64_t patience = 10;
  double threshold = 1e-4;
  Threshold threshold_mode = Threshold::rel;
  std::int64_t cooldown = 0;
  double min_lr = 0;
  double eps = 1e-8;
};

/// Multiplies the rate of each group by `factor`, down to `min_lr`, when a metric has not become better in
/// `patience` + 1 steps. Better means below best · (1 − threshold), with `abs` below best − threshold, and
/// the mirror image for `Mode::max`; NaN is not better. The next `cooldown` steps do not count. A change of
/// at most `eps` is not made. The values are PyTorch's. Holds the optimiser by reference.
///
///     optim::ReduceLROnPlateau schedule(optimizer, {.patience = 3});
///     schedule.step(validation_loss);  // after each epoch
class ReduceLROnPlateau {
 public:
  explicit ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& options = {});
  ReduceLROnPlateau(const ReduceLROnPlateau&) = delete;
  ReduceLROnPlateau& operator=(const ReduceLROnPlateau&) = delete;

  void step(double metric);
  /// The rates of the optimiser's groups.
  std::vector<double> get_last_lr() const;

  /// float64 `best`, int64 `num_bad_epochs` and `cooldown_counter`. The rates are in the optimiser's state,
  /// and the options are those of the constructor.
  NamedTensors state_dict() const;
  /// Throws `std::invalid_argument` that names all that is wrong; then nothing has changed.
  void load_state_dict(const NamedTensors& state);

 private:
  bool is_better(double metric) const;
  void reduce() const;

  Optimizer& optimizer_;
  PlateauOptions options_;
  double best_;
  std::int64_t bad_ = 0, cooling_ = 0;  // steps
};

}  // namespace xgrad::optim
