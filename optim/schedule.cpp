#include <xgrad/optim/schedule.hpp>

#include <cmath>
#include <numbers>

namespace xgrad::optim {

double WarmupCosine::operator()(std::int64_t step) const {
  if (step < warmup) return lr * static_cast<double>(step + 1) / static_cast<double>(warmup);
  if (step >= total) return min_lr;
  const double progress = static_cast<double>(step - warmup) / static_cast<double>(total - warmup);
  return min_lr + (lr - min_lr) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace xgrad::optim
