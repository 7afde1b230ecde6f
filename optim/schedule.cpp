#include <xgrad/optim/schedule.hpp>

#include <cmath>
#include <numbers>

#include <xgrad/core/base/error.hpp>

namespace xgrad::optim {

double WarmupCosine::operator()(std::int64_t step) const {
  if (warmup < 0 || warmup > total) {
    fail("WarmupCosine", "a warm-up of ", warmup, " steps does not fit into a total of ", total,
         "; total counts the steps of the warm-up too");
  }
  if (!(min_lr >= 0 && min_lr <= lr && std::isfinite(lr)))
    fail("WarmupCosine", "the rates must be finite with 0 ≤ min_lr ≤ lr, got min_lr ", min_lr, " and lr ",
         lr);
  if (step < 0) fail("WarmupCosine", "steps count from 0, got ", step);
  if (step < warmup) return lr * static_cast<double>(step + 1) / static_cast<double>(warmup);
  if (step >= total) return min_lr;
  const double progress = static_cast<double>(step - warmup) / static_cast<double>(total - warmup);
  return min_lr + (lr - min_lr) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace xgrad::optim
