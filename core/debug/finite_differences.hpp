#pragma once

#include <functional>
#include <optional>
#include <vector>

namespace xgrad {

/// A function of many results along a line, and the slope of their weighted sum at 0.
class LineSlope {
 public:
  using Line = std::function<std::vector<double>(double)>;
  LineSlope(Line line, const std::vector<double>& weights) : line_(std::move(line)), weights_(weights) {}

  /// By central differences at `step` and half of it, extrapolated (Richardson): its error falls with step⁴.
  double central(double step) const;
  /// The most trustworthy of the steps from `largest` down to `smallest`: where two of them agree best. NaN
  /// if none is finite.
  double refined(double largest, double smallest) const;

  /// The slope at 0 of each result by itself, without its weight, like central().
  std::vector<double> central_of_each(double step) const;

  struct Kink {
    double left, right;  ///< the slopes on both sides
    double jump = 0;     ///< of the function itself; 0 where it is continuous
  };
  /// Whether the slopes on both sides stay apart however short the step, or grow without bound, as over a
  /// jump.
  std::optional<Kink> kink(double step) const;

 private:
  // Σ w_j (to_j − from_j): the differences first, so that results that don't move add no rounding.
  double rise(const std::vector<double>& from, const std::vector<double>& to) const;
  // What rounding of the results that move may do to the slope.
  double rounding(double step) const;
  double symmetric(double step) const { return rise(line_(-step), line_(step)) / (2 * step); }

  Line line_;
  const std::vector<double>& weights_;
};

}  // namespace xgrad
