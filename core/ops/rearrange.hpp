#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// x repeated, `times` in each dim. More times than x has dims count for new dims in front.
Variable repeat(const Variable& x, const Shape& times);
/// The elements in reverse order along each of `dims`.
Variable flip(const Variable& x, const Shape& dims);

/// The lower triangle of the last two dims, 0 elsewhere: element (i, j) is kept if j ≤ i + diagonal.
Variable tril(const Variable& x, std::int64_t diagonal = 0);
/// The upper triangle of the last two dims, 0 elsewhere: element (i, j) is kept if j ≥ i + diagonal.
Variable triu(const Variable& x, std::int64_t diagonal = 0);

}  // namespace xgrad
