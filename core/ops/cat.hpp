#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Variables one after the other along `dim`; their other sizes and their dtypes are equal.
Variable cat(const std::vector<Variable>& parts, int dim = 0);
/// Variables of one shape along a new dim.
Variable stack(const std::vector<Variable>& parts, int dim = 0);

}  // namespace xgrad
