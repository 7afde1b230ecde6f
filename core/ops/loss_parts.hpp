#pragma once

#include <string_view>

#include <xgrad/core/ops/loss.hpp>

// What the losses share.

namespace xgrad {

/// w · y, and 0 where w is 0, even if y is infinite: a term without weight costs nothing. They broadcast.
Variable weigh(const Variable& w, const Variable& y);

/// What the sum of losses of this shape is divided by.
std::int64_t divisor_of(Reduction reduction, const Shape& losses);

/// The losses, reduced.
Variable reduced(const Variable& losses, Reduction reduction);

/// The value of a loss: `losses`, reduced, where the mean divides by `divisor`.
Tensor reduced_value(const Tensor& losses, Reduction reduction, std::int64_t divisor);

/// cross_entropy's slopes by the logits x (N, C), whose targets t are (N), for g = dL/d(losses), (N).
Variable cross_entropy_slopes(const Variable& g, const Variable& x, const Variable& t,
                              std::int64_t ignore_index, double label_smoothing);  // cross_entropy.cpp

/// Throws naming `op` unless each target is one of `classes`, or ignored. Returns the number of those that
/// are not ignored.
std::int64_t count_targets(const char* op, const Variable& targets, std::int64_t classes,
                           std::int64_t ignore_index);

/// Throws naming `op` unless it lies in [0, 1].
void check_label_smoothing(const char* op, double label_smoothing);

/// Throws naming `op` unless the two have one shape and one of them is floating. Returns the dtype of both
/// together. `names` are theirs in the error: "prediction and target".
DType check_pair(const char* op, std::string_view names, const Variable& a, const Variable& b);

}  // namespace xgrad
