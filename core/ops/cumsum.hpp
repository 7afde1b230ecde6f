#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

/// y_i = x_0 + ... + x_i along `dim`. Integers and booleans are summed as int64.
Variable cumsum(const Variable& x, Dim dim);

}  // namespace xgrad
