#pragma once

#include <xgrad/optim/schedule.hpp>

namespace xgrad::optim {

enum class Anneal { cos, linear };

struct OneCycleOptions {
  double pct_start = 0.3;  ///< the part of the steps in which the rate rises
  Anneal anneal_strategy = Anneal::cos;
  bool cycle_momentum = true;     ///< moves beta1, or momentum if the optimiser has no betas
  double base_momentum = 0.85;    ///< at the highest rate
  double max_momentum = 0.95;     ///< at the lowest
  double div_factor = 25;         ///< the first rate is max_lr / div_factor
  double final_div_factor = 1e4;  ///< the last rate is the first / final_div_factor
  bool three_phase = false;       ///< falls to the first rate as fast as it rose, then to the last
};

/// One cycle of the rate, and of the momentum against it (Smith & Topin 2018): from the first rate up to
/// max_lr and down to the last, in `total_steps` steps. It does not depend on the initial rates.
class OneCycleLR : public Schedule {
 public:
  OneCycleLR(Optimizer& optimizer, double max_lr, std::int64_t total_steps,
             const OneCycleOptions& options = {});
  /// A highest rate for each group.
  OneCycleLR(Optimizer& optimizer, const std::vector<double>& max_lrs, std::int64_t total_steps,
             const OneCycleOptions& options = {});
};

}  // namespace xgrad::optim
