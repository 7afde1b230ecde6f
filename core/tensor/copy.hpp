#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// destination = source, element by element, with conversion of the dtype. Equal shapes, any strides. Raises
/// no version.
void copy(const Tensor& source, const Tensor& destination);

/// Every element = value. Any strides. Raises no version.
void fill(const Tensor& destination, Scalar value);

}  // namespace xgrad::kernels
