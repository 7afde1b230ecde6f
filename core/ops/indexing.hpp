#pragma once

#include <xgrad/core/variable.hpp>

namespace xgrad {

/// Rows of a table: indices (...) int64, weight (V, D) → (..., D). Throws where an index is not in [0, V).
Variable embedding(const Variable& indices, const Variable& weight);

/// x with `source` added at `index` along `dim`: y[..., index[i], ...] += source[..., i, ...]. index (n)
/// int64, source like x but of size n along `dim`. Repeated indices add up.
Variable index_add(const Variable& x, int dim, const Variable& index, const Variable& source);

}  // namespace xgrad
