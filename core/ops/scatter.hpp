#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Elements written where an index says, one index for each element of `source`, not for each row as in
// indexing.hpp. Each op leaves x as it is and returns a new y of x's shape. The index is int64 and has as
// many dims as x; in dims other than `dim`, its sizes are at most x's. A negative entry counts from the back,
// as in NumPy; one out of range throws. The source has the index's shape and x's dtype.

/// x with `source` in the places of the index: y[i, index[i, j, k], k] = source[i, j, k], here with dim = 1.
/// If the index names one element several times, the last j wins; the others get no gradient. Any dtype.
Variable scatter(const Variable& x, int dim, const Variable& index, const Variable& source);
/// The same with one number, which takes x's dtype, in all places.
Variable scatter(const Variable& x, int dim, const Variable& index, Scalar value);

/// x with `source` added: y[i, index[i, j, k], k] += source[i, j, k], here with dim = 1. Floating. Up to 32
/// terms of one element are added in the dtype, more in double.
Variable scatter_add(const Variable& x, int dim, const Variable& index, const Variable& source);

/// How `scatter_reduce` combines the elements of one place.
enum class ScatterReduce { sum, mean, amax, amin };

/// y[i, v, k] = the sum, mean, largest or smallest of x[i, v, k] and all source[i, j, k] with index[i, j, k]
/// = v, here with dim = 1. Without `include_self`, x counts only in places that the index does not name. In
/// amax and amin, equal elements share the gradient evenly, a NaN is the result, and the dtype is any; sum
/// and mean are for floating dtypes.
Variable scatter_reduce(const Variable& x, int dim, const Variable& index, const Variable& source,
                        ScatterReduce reduce, bool include_self = true);

}  // namespace xgrad
