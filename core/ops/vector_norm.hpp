#pragma once

#include <cstdint>
#include <initializer_list>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

/// (Σ |x|^p)^(1/p) over the given dims, or over all if none is given. Floating dtypes. p = ∞ gives the
/// largest |x|, −∞ the smallest, and 0 the number of elements that are not 0, with gradient 0. If the norm is
/// 0, its gradient is 0. A norm that the dtype can hold is right, and so is its gradient, even if a power
/// |x|^p overflows or underflows; for p between 0 and 2, other than 1, the gradient also needs |x| / norm to
/// stay in range.
Variable norm(const Variable& x, double p = 2, const Dims& dims = {}, KeepDim keepdim = false);
/// p comes first: write `norm(x, 2, {0})`.
Variable norm(const Variable& x, std::initializer_list<std::int64_t> dims) = delete;

}  // namespace xgrad
