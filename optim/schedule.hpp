#pragma once

#include <cstdint>

namespace xgrad::optim {

/// A learning rate that rises linearly to `lr` over `warmup` steps, then falls along half a cosine to
/// `min_lr` at step `total` (Loshchilov & Hutter 2017, eq. 5), and stays there.
///
///     optimizer.set_lr(schedule(step));  // step counts from 0
struct WarmupCosine {
  double lr = 1e-3;
  std::int64_t warmup = 0;
  std::int64_t total = 1;
  double min_lr = 0;

  double operator()(std::int64_t step) const;
};

}  // namespace xgrad::optim
