#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// y[i, j, k] = x[i, index[i, j, k], k], here with dim = 1; y has the index's shape. One index for each
/// element, not for each row as in indexing.hpp. The index is int64 and has as many dims as x; in dims other
/// than `dim`, its sizes are at most x's. A negative entry counts from the back, as in NumPy; one out of
/// range throws. Any dtype. If an index names one element several times, the terms of its gradient add up: up
/// to 32 terms in the dtype, more in double.
Variable gather(const Variable& x, int dim, const Variable& index);

}  // namespace xgrad
