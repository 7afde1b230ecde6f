#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Elementwise with NumPy broadcasting and dtype promotion. A Tensor that is returned is new and contiguous.
// Errors name the op.
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);    ///< integers are divided in the default dtype, as in PyTorch
Tensor pow(const Tensor& a, const Tensor& b);    ///< of integers an integer; they have no negative powers
Tensor weigh(const Tensor& a, const Tensor& b);  ///< a · b, and 0 where a is 0, even if b is infinite or NaN

Tensor neg(const Tensor& x);
Tensor abs(const Tensor& x);
Tensor sign(const Tensor& x);                      ///< −1, 0 or 1, and 0 of NaN
Tensor scale(const Tensor& x, double factor);      ///< factor · x, floating
Tensor add_scalar(const Tensor& x, double value);  ///< x + value, floating

/// destination += factor · x, destination *= factor, and destination *= x. x is broadcast to the destination.
/// These allocate no memory and do not raise the destination's version.
void add_into(const Tensor& destination, const Tensor& x, double factor);
void scale_into(const Tensor& destination, double factor);
void mul_into(const Tensor& destination, const Tensor& x);

}  // namespace xgrad::kernels
