#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// An index is int64; one that lies outside of its range throws, a negative one too. What one index gets
// several times, in a result or a gradient, adds up in double: the sum is as exact as that of `sum`.

/// Rows of a table: indices (...) int64, weight (V, D) → (..., D). Throws where an index is out of range.
Variable embedding(const Variable& indices, const Variable& weight);

/// x with `source` added at `index` along `dim`: y[..., index[i], ...] += source[..., i, ...]. index (n)
/// int64, source like x but of size n along `dim`.
Variable index_add(const Variable& x, int dim, const Variable& index, const Variable& source);

/// The elements of x at `index` along `dim`: y[..., i, ...] = x[..., index[i], ...]. index (n) int64 → like
/// x, but of size n along `dim`. Any dtype.
Variable index_select(const Variable& x, int dim, const Variable& index);

/// The rule of index_select and embedding: g added up at `index` along `dim`, in zeros of `shape`.
Variable index_select_backward(const Variable& g, const Shape& shape, int dim, const Variable& index);

}  // namespace xgrad
