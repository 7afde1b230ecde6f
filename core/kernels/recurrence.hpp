#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// y_i = b_i + a_i y_{i−1} along `dim`, or y_i = b_i + a_{i+1} y_{i+1} if `from_the_end`; the first y is b's.
/// a and b of one shape and one floating dtype. New and contiguous.
Tensor recurrence(const Tensor& b, const Tensor& a, int dim, bool from_the_end);

}  // namespace xgrad::kernels
