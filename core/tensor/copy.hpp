#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// destination = source, element by element, converting the dtype. Shapes are equal; any strides. Raises no
/// version.
void copy(const Tensor& source, const Tensor& destination);

/// Every element = value. Any strides. Raises no version.
void fill(const Tensor& destination, Scalar value);

}  // namespace xgrad::kernels
