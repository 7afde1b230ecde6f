#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Along `dim`. Results are new and contiguous; of integers and booleans, int64.

/// y_i = x_0 + ... + x_i, or x_i + ... + x_n if `from_the_end`.
Tensor cumsum(const Tensor& x, int dim, bool from_the_end);

/// y_i = x_0 · ... · x_i.
Tensor cumprod(const Tensor& x, int dim);

}  // namespace xgrad::kernels
