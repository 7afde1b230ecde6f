#pragma once

#include <xgrad/core/tensor.hpp>

namespace xgrad::kernels {

// index (n) is int64, its entries checked by the caller.

/// y[..., i, ...] = x[..., index[i], ...], new and contiguous.
Tensor index_select(const Tensor& x, int dim, const Tensor& index);

/// destination[..., index[i], ...] += source[..., i, ...]; the destination is contiguous. Its version is not
/// raised. Whatever the number of threads, an element's terms are added in the order of i.
void index_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source);

}  // namespace xgrad::kernels
