#pragma once

#include <xgrad/core/kernels/reduce.hpp>

namespace xgrad::kernels {

// If a power leaves the dtype's range or loses digits below it, x is divided by its largest element first. So
// a norm is right whenever the dtype can hold it.

/// (Σ |x|^p)^(1/p) for p other than 0; p = ∞ is the largest |x|, −∞ the smallest. Floating.
Tensor norm(const Tensor& x, double p, DimSet dims, bool keepdim);

/// √Σ x² of all elements, in double. Floating dtypes, any strides.
double two_norm(const Tensor& x);

/// The divisors of x before its powers are summed along `dims`. `sums` are the sums of powers of the plain x,
/// with keepdim. If a sum overflowed or lost digits, its unit is the largest |x| (the smallest for p < 0),
/// but at least `least`; otherwise it is 1. Undefined if all units are 1.
Tensor units(const Tensor& x, double p, DimSet dims, const Tensor& sums, double least = 0);

}  // namespace xgrad::kernels
