#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// The indices of the elements that are not 0, in row-major order: (n, x.dim()) int64. Any dtype; NaN is not
/// 0.
Tensor nonzero(const Variable& x);

/// The elements of x where the boolean mask holds, in row-major order: (n). The two broadcast. `x[mask]`,
/// with a mask of x's first dims, selects whole rows.
Variable masked_select(const Variable& x, const Variable& mask);

}  // namespace xgrad
