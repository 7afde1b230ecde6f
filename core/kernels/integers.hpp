#pragma once

#include <string_view>

#include <xgrad/core/rows/elementwise.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// y = f(a, b) for int64 Tensors, broadcast to y's shape. f is a function from `add` to `weigh`, `fmod`,
/// `remainder`, `floor_divide` or `pow`; `div` drops the fraction. Results wrap around. Throws if a divisor
/// is 0 or an exponent negative.
void integer_binary(std::string_view op, Binary f, const Tensor& a, const Tensor& b, const Tensor& y);

}  // namespace xgrad::kernels
