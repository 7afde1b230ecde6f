#pragma once

namespace xgrad::training {

/// Σ 0.95^(n − i) x_i / Σ 0.95^(n − i) over the numbers so far: a mean in which old ones fade, for a noisy
/// loss. NaN before the first one.
class FadingMean {
 public:
  void add(double x) {
    sum_ = 0.95 * sum_ + x;
    weights_ = 0.95 * weights_ + 1;
  }
  double value() const { return sum_ / weights_; }

 private:
  double sum_ = 0, weights_ = 0;
};

}  // namespace xgrad::training
