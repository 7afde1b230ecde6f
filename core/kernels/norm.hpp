#pragma once

#include <xgrad/core/kernels/reduce.hpp>

namespace xgrad::kernels {

// Where a power leaves the dtype's range or loses its digits below it, x is divided by its largest element
// first: a norm is right wherever it is a number of the dtype.

/// (Σ |x|^p)^(1/p) for p other than 0; p = ∞ is the largest |x|, −∞ the smallest. Floating.
Tensor norm(const Tensor& x, double p, DimSet dims, bool keepdim);

/// √Σ x² of all elements, in double. Floating dtypes, any strides.
double two_norm(const Tensor& x);

/// What to divide x by before its powers are summed along `dims`. `sums` are those of the plain x, with
/// keepdim. Where one overflowed or lost digits, the unit is the largest |x| (the smallest for p < 0), but at
/// least `least`; elsewhere it is 1. Undefined if it is 1 everywhere.
Tensor units(const Tensor& x, double p, DimSet dims, const Tensor& sums, double least = 0);

}  // namespace xgrad::kernels
