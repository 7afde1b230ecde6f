#pragma once

#include <string>
#include <vector>

namespace xgrad::training {

/// Maps the numbers from `low` to `high` to the length from `begin` to `end`, linearly or by their logarithm.
struct Axis {
  double low, high;
  double begin, end;
  bool is_log = false;

  double operator()(double value) const;
  /// Round numbers within the axis: about `count` of them, or the powers of ten, with 2 and 5 times these if
  /// they are few.
  std::vector<double> ticks(int count) const;
};

}  // namespace xgrad::training
