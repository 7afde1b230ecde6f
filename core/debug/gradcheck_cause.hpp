#pragma once

#include <string>
#include <vector>

#include <xgrad/core/base/shape.hpp>

namespace xgrad {

/// The gradient of one input, entry by entry in row-major order, as gradcheck has found it wrong.
struct GradientEntries {
  Shape shape;
  std::vector<double> analytic, numeric;
  std::vector<std::size_t> wrong;  ///< which entries, the worst first
  double tolerance = 0;            ///< closer than this, two entries are equal
  bool arrived = true;             ///< the tape led back to the input

  // Of what was differentiated; without `slopes` where there is more than one result, or too much of it.
  Shape result_shape;
  std::vector<double> weights;              ///< dL/d(result)
  std::vector<std::vector<double>> slopes;  ///< [e][j]: of result element j along entry e, without its weight
};

/// What makes such a gradient of the right one: a factor, a sign, a transpose, a sum or a g left out, nothing
/// that arrives. Empty where no pattern fits.
std::string likely_cause(const GradientEntries& entries);

}  // namespace xgrad
