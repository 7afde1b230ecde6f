#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// A float32 Tensor in bfloat16, with the same shape and strides. The copy is kept beside x's storage until a
/// change of x's version: all views of one storage, and all products that read it, share it.
Tensor rounded(const Tensor& x);

/// The same for a Tensor that is read once. Nothing is kept.
Tensor rounded_once(const Tensor& x);

}  // namespace xgrad::kernels
