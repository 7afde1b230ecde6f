#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// The numbers of the elements that are not 0, counted in row-major order: (n) int64. Any dtype and strides.
Tensor nonzero(const Tensor& x);

}  // namespace xgrad::kernels
