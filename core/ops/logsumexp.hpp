#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

/// log Σ exp(x) over the given dims, or over all where none is given, without overflow. Floating dtypes. Of
/// no elements: −∞.
Variable logsumexp(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

}  // namespace xgrad
