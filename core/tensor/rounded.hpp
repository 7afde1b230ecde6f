#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

struct RoundedCopyOptions {
  bool is_kept = false;  ///< x's storage holds the copy too
  /// The copy takes a block of x's size. For a parameter: such a block is free during the forward pass, and
  /// again in the backward pass when x's gradient needs it. A block of half the size would be one more.
  bool in_gradient_block = false;
};

/// A float32 Tensor in bfloat16, with the same shape and strides. While somebody holds the copy, all products
/// that read this version of x share it, also transposed or reshaped. A part of a storage is not shared, nor
/// memory that may change without a new version (Storage::is_exposed).
Tensor rounded(const Tensor& x, const RoundedCopyOptions& options = {});

/// The same for a Tensor that is read once. Nothing is kept.
Tensor rounded_once(const Tensor& x);

/// A contiguous x (M, N) in bfloat16, in x's own memory: each row of the result lies in the first half of x's
/// row. x's numbers are lost.
Tensor rounded_in_place(const Tensor& x);

}  // namespace xgrad::kernels
