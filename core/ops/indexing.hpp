#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// One index for each row, not for each element as in gather.hpp. The index (n) is int64. A negative entry
// counts from the back, as in NumPy; one out of range throws. If an index names one row several times, its
// terms add up in double: the sum is as exact as that of `sum`.

/// The elements of x at `index` along `dim`: y[..., i, ...] = x[..., index[i], ...]. Like x, but of size n
/// along `dim`. Any dtype.
Variable index_select(const Variable& x, int dim, const Variable& index);

/// The rule of index_select and embedding: g added at `index` along `dim`, in zeros of `shape`.
Variable index_select_backward(const Variable& g, const Shape& shape, int dim, const Variable& index);

/// x with `source` added at `index` along `dim`: y[..., index[i], ...] += source[..., i, ...]. The source is
/// like x, but of size n along `dim`.
Variable index_add(const Variable& x, int dim, const Variable& index, const Variable& source);

}  // namespace xgrad
