#pragma once

#include <cstdint>

namespace xgrad::optim {

/// A learning rate that rises linearly and then falls along half a cosine (Loshchilov & Hutter 2017, eq. 5).
/// Steps count from 0:
///   step < warmup:           lr · (step + 1) / warmup: lr / warmup in the first step, lr in step warmup − 1
///   warmup ≤ step < total:   min_lr + (lr − min_lr) · (1 + cos(π (step − warmup) / (total − warmup))) / 2:
///                            lr in step warmup
///   step ≥ total:            min_lr
///
///     const optim::WarmupCosine schedule{.lr = 1e-3, .warmup = 100, .total = 2000};
///     optimizer.set_lr(schedule(step));
struct WarmupCosine {
  double lr = 1e-3;  ///< the peak
  std::int64_t warmup = 0;
  std::int64_t total = 1;  ///< all steps, with those of the warm-up
  double min_lr = 0;

  /// Throws unless 0 ≤ warmup ≤ total, 0 ≤ min_lr ≤ lr < ∞ and step ≥ 0.
  double operator()(std::int64_t step) const;
};

}  // namespace xgrad::optim
