#pragma once

#include <cstdint>
#include <initializer_list>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

/// (Σ |x|^p)^(1/p), of floating dtypes, over the given dims or over all. p = ∞ is the largest |x|, −∞ the
/// smallest, and 0 counts those that are not 0, with gradient 0. The gradient where the norm is 0 is 0. A
/// norm that the dtype holds is right, with its gradient, even where a power |x|^p overflows or vanishes;
/// for p between 0 and 2, other than 1, the gradient also needs |x| / norm to stay in range.
Variable norm(const Variable& x, double p = 2, const Dims& dims = {}, KeepDim keepdim = false);
/// p comes first: write `norm(x, 2, {0})`.
Variable norm(const Variable& x, std::initializer_list<std::int64_t> dims) = delete;

}  // namespace xgrad
