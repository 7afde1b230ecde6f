#pragma once

#include <cstdint>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Which numbers there are, and how often. The results are Tensors, without gradients.

struct Unique {
  Tensor values;   ///< (n): each number once, the smallest first. In x's dtype.
  Tensor inverse;  ///< in x's shape: values[inverse[i]] = x[i]. int64.
  Tensor counts;   ///< (n): how many elements of x each value stands for. int64.
};
/// The distinct elements of x, of any shape and dtype. A NaN equals nothing, so each one counts as a number
/// of its own, the last; 0 and −0 are one number.
Unique unique(const Variable& x);

/// How often each of the numbers 0, 1, 2, ... stands in x (n): as many counts as the largest element of x
/// plus 1, or `minlength` if that is more. With weights (n), the sum of its weights in place of each count. x
/// is int64 and not negative. The counts are int64; sums have the weights' dtype, or float64 if it is not
/// floating.
Tensor bincount(const Variable& x, const Variable& weights = {}, std::int64_t minlength = 0);

}  // namespace xgrad
