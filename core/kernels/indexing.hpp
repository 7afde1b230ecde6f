#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// index (n) is int64. The caller has checked its entries.

/// y[..., i, ...] = x[..., index[i], ...], new and contiguous.
Tensor index_select(const Tensor& x, int dim, const Tensor& index);

/// destination[..., index[i], ...] += source[..., i, ...], for a contiguous destination. Does not raise its
/// version. An element's terms are added in double, in the same order for any number of threads, and rounded
/// once for every 2²⁴ indices.
void index_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source);

}  // namespace xgrad::kernels
