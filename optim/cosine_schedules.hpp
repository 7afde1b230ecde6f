#pragma once

#include <xgrad/optim/schedule.hpp>

namespace xgrad::optim {

// Half a cosine from the initial rate down to a least rate (Loshchilov & Hutter 2017, eq. 5). With
// fall(x) = least + (initial − least) · (1 + cos(π x)) / 2, and the step t:

/// fall(t / T_max). It rises again after T_max.
class CosineAnnealingLR : public Schedule {
 public:
  CosineAnnealingLR(Optimizer& optimizer, std::int64_t T_max, double eta_min = 0);
};

struct WarmRestartsOptions {
  std::int64_t T_mult = 1;
  double eta_min = 0;
};
/// fall(t' / T_i), where period i has T_i = T_0 · T_multⁱ steps and t' counts from its start.
class CosineAnnealingWarmRestarts : public Schedule {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, std::int64_t T_0,
                              const WarmRestartsOptions& options = {});
};

struct WarmupCosineOptions {
  std::int64_t warmup = 0;
  std::int64_t total = 1;  ///< all steps, with those of the warm-up
  double min_lr = 0;       ///< at most the initial rates
};
/// A linear warm-up, then half a cosine: the usual schedule of transformers.
///   t < warmup:           initial · (t + 1) / warmup: initial / warmup in the first step, initial in step
///                         warmup − 1
///   warmup ≤ t < total:   fall((t − warmup) / (total − warmup)): initial in step warmup
///   t ≥ total:            min_lr
class WarmupCosine : public Schedule {
 public:
  WarmupCosine(Optimizer& optimizer, const WarmupCosineOptions& options);
};

}  // namespace xgrad::optim
