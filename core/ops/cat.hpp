#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Joins Variables along `dim`. Their other sizes and their dtypes are equal.
Variable cat(const std::vector<Variable>& parts, int dim = 0);
/// Joins Variables of one shape along a new dim.
Variable stack(const std::vector<Variable>& parts, int dim = 0);

}  // namespace xgrad
