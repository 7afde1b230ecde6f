#pragma once

#include <string>
#include <vector>

#include <xgrad/core/base/shape.hpp>

namespace xgrad {

/// A wrong gradient of one input, entry by entry in row-major order.
struct GradientEntries {
  Shape shape;
  std::vector<double> analytic, numeric;
  std::vector<std::size_t> wrong;  ///< which entries, the worst first
  double tolerance = 0;            ///< closer than this, two entries are equal
  bool arrived = true;             ///< the tape led back to the input

  Shape result_shape = {};           ///< of the function
  std::vector<double> weights = {};  ///< dL/d(result)
  /// [e][j]: d(result element j)/d(entry e), without its weight. Empty if there are several results or too
  /// many elements.
  std::vector<std::vector<double>> slopes = {};
};

/// The mistake that turns the right gradient into the wrong one: a factor, a sign, a transpose, a missing sum
/// or g, a cut tape. Empty if no pattern fits.
std::string likely_cause(const GradientEntries& entries);

}  // namespace xgrad
