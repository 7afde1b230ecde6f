#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// One index for each element of the result, not for each row as in indexing.hpp. The index is int64 and has
// as many dims as x; in dims other than `dim`, its sizes are at most x's. An entry out of range throws. If an
// index names one element several times, its terms add up, in a result or a gradient: up to 32 terms in the
// dtype, more in double.

/// y[i, j, k] = x[i, index[i, j, k], k], here with dim = 1; y has the index's shape. Any dtype.
Variable gather(const Variable& x, int dim, const Variable& index);

/// x with `source`, of the index's shape, added where the index says: y[i, index[i, j, k], k] += source[i, j,
/// k], here with dim = 1. Floating, x and source of one dtype.
Variable scatter_add(const Variable& x, int dim, const Variable& index, const Variable& source);

}  // namespace xgrad
