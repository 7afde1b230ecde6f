#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// A float32 Tensor in bfloat16, with the same shape and strides. The copy is kept beside x's storage until a
/// change of x's version, and shared by all products that read x, also transposed or reshaped. Nothing is
/// kept of a part of a storage, nor of memory that may change without a new version (Storage::is_exposed).
Tensor rounded(const Tensor& x);

/// The same for a Tensor that is read once. Nothing is kept.
Tensor rounded_once(const Tensor& x);

}  // namespace xgrad::kernels
