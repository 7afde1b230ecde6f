#include <xgrad/core/debug/finite_differences.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace xgrad {

double largest_finite(const std::vector<double>& values) {
  double largest = 0;
  for (double value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  return largest;
}

double LineSlope::rise(const std::vector<double>& from, const std::vector<double>& to) const {
  double sum = 0;
  for (std::size_t j = 0; j < weights_.size(); ++j) sum += weights_[j] * (to[j] - from[j]);
  return sum;
}

double LineSlope::rounding(double step) const {
  const std::vector<double> from = line_(-step), to = line_(step);
  double sum = 0;
  for (std::size_t j = 0; j < weights_.size(); ++j) {
    if (from[j] != to[j]) sum += std::abs(weights_[j]) * std::max(std::abs(from[j]), std::abs(to[j]));
  }
  return std::numeric_limits<double>::epsilon() * sum / step;
}

std::vector<double> LineSlope::central_of_each(double step) const {
  // With s(h) = (f(h) − f(−h)) / 2h = f' + c h² + O(h⁴), the second term of (4 s(h/2) − s(h)) / 3 cancels.
  const std::vector<double> far_left = line_(-step), left = line_(-step / 2), right = line_(step / 2),
                            far_right = line_(step);
  std::vector<double> slopes(left.size());
  for (std::size_t j = 0; j < slopes.size(); ++j) {
    slopes[j] = (8 * (right[j] - left[j]) - (far_right[j] - far_left[j])) / (6 * step);
  }
  return slopes;
}

double LineSlope::central(double step) const {
  const std::vector<double> slopes = central_of_each(step);
  return std::inner_product(slopes.begin(), slopes.end(), weights_.begin(), 0.0);
}

double LineSlope::refined(double largest, double smallest) const {
  double best = std::numeric_limits<double>::quiet_NaN(),
         best_change = std::numeric_limits<double>::infinity();
  double before = best;
  for (double h = largest; h > smallest; h /= 4) {
    const double slope = central(h);
    // The change is relative to the slope: a step that is far too large, as over the pole of log x², gives
    // small slopes and small changes. The 1e-9 keeps the noise of a slope near 0 from being divided by
    // itself.
    const double change =
        (std::abs(slope - before) + rounding(h)) / (std::max(std::abs(slope), std::abs(before)) + 1e-9);
    if (std::isfinite(slope) && (std::isnan(best) || change < best_change)) {
      best = slope;
      if (change < best_change) best_change = change;
    }
    before = slope;
  }
  return best;
}

std::optional<LineSlope::Kink> LineSlope::kink(double step) const {
  const std::vector<double> here = line_(0);
  const auto both_sides = [&](double h) -> Kink {
    return {rise(line_(-h), here) / h, rise(here, line_(h)) / h};
  };
  // For a smooth function, the two sides differ by f'' h: at a tenth of the step, by a tenth.
  const Kink wide = both_sides(step), narrow = both_sides(step / 10);
  const auto steepest = [](const Kink& sides) {
    return std::max(std::abs(sides.left), std::abs(sides.right));
  };
  const double size = steepest(narrow);
  // At a jump the slopes grow tenfold as the step shrinks. So does the rounding error, which must be far
  // smaller.
  if (std::isfinite(size) && size > 9 * steepest(wide) && size > 1000 * rounding(step / 10))
    return Kink{narrow.left, narrow.right, (narrow.left + narrow.right) * step / 10};
  const double gap = std::abs(wide.right - wide.left), narrow_gap = std::abs(narrow.right - narrow.left);
  if (!std::isfinite(narrow_gap) || narrow_gap <= 0.5 * gap || narrow_gap <= 1e-3 * size) return {};
  return narrow;
}

}  // namespace xgrad
