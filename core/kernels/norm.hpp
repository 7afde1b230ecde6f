#pragma once

#include <xgrad/core/kernels/reduce.hpp>

namespace xgrad::kernels {

// Where a power leaves the dtype's range or loses its digits below it, x is divided by its largest element
// first: a norm is right wherever it is a number of the dtype.

/// (Σ |x|^p)^(1/p) for p other than 0; p = ∞ is the largest |x|, −∞ the smallest. Floating.
Tensor norm(const Tensor& x, double p, DimSet dims, bool keepdim);

/// √Σ x² of all elements, in double. Floating dtypes, any strides.
double two_norm(const Tensor& x);

/// What to divide x by before its powers are summed along `dims`, where their plain `sums` (with keepdim)
/// overflowed or lost digits: the element that counts most, but at least `least`. 1 elsewhere; undefined
/// where 1 does everywhere.
Tensor units(const Tensor& x, double p, DimSet dims, const Tensor& sums, double least = 0);

}  // namespace xgrad::kernels
