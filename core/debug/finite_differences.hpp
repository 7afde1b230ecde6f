#pragma once

#include <functional>
#include <optional>
#include <vector>

namespace xgrad {

/// The largest magnitude of the finite values; 0 without one.
double largest_finite(const std::vector<double>& values);

/// The slope at 0 of a weighted sum of results, each a function along a line.
class LineSlope {
 public:
  using Line = std::function<std::vector<double>(double)>;
  LineSlope(Line line, const std::vector<double>& weights) : line_(std::move(line)), weights_(weights) {}

  /// The slope of each result, without its weight: central differences at `step` and step/2, extrapolated
  /// (Richardson). The error falls with step⁴.
  std::vector<double> central_of_each(double step) const;
  /// Their weighted sum.
  double central(double step) const;
  /// Tries steps from `largest` down to `smallest` and takes the one where two neighbours agree best. NaN if
  /// no slope is finite.
  double refined(double largest, double smallest) const;

  struct Kink {
    double left, right;  ///< the slopes on both sides
    double jump = 0;     ///< of the function; 0 if it is continuous
  };
  /// A kink: the slopes on both sides stay apart however short the step is, or grow without bound, as at a
  /// jump.
  std::optional<Kink> kink(double step) const;

 private:
  // Σ w_j (to_j − from_j). The differences come first, so that results that don't move add no rounding.
  double rise(const std::vector<double>& from, const std::vector<double>& to) const;
  // The error of the slope that the rounding of moving results may cause.
  double rounding(double step) const;

  Line line_;
  const std::vector<double>& weights_;
};

}  // namespace xgrad
