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

/// Throws naming `op` unless the two have one shape and one of them is floating. Returns the dtype of both
/// together. `names` are theirs in the error: "prediction and target".
DType check_pair(const char* op, std::string_view names, const Variable& a, const Variable& b);

}  // namespace xgrad
