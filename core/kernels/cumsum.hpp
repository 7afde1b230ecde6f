#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// y_i = x_0 + ... + x_i along `dim`, or x_i + ... + x_n if `from_the_end`. New and contiguous. Integers and
/// booleans as int64.
Tensor cumsum(const Tensor& x, int dim, bool from_the_end);

}  // namespace xgrad::kernels
