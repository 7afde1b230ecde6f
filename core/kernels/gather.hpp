#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// index is int64, its shape and entries checked by the caller.

/// y[i, j, k] = x[i, index[i, j, k], k], here with dim = 1; new and contiguous.
Tensor gather(const Tensor& x, int dim, const Tensor& index);

/// destination[i, index[i, j, k], k] += source[i, j, k]. Its version is not raised. Whatever the number of
/// threads, an element's terms are added in the order of j; more than a few in double, rounded once.
void scatter_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source);

}  // namespace xgrad::kernels
