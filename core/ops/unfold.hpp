#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// All windows of `size` elements, `step` apart, along `dim`, as PyTorch's Tensor.unfold: (..., n, ...) →
/// (..., (n − size) / step + 1, ..., size), a view in O(1). y[..., w, ..., k] = x[..., w · step + k, ...]. In
/// the gradient, elements of several windows sum up. Any dtype; a scalar is taken as (1,). Throws unless
/// 0 ≤ size ≤ n and step > 0. PyTorch's nn.functional.unfold is another function, of images.
///
/// A convolution is a product of windows and weights:
///
///     // x (B, C, L), w (O, C, K) → (B, O, L − K + 1)
///     Variable y = einsum("bclk,ock->bol", {unfold(x, 2, K, 1), w});
///     // x (B, C, H, W), w (O, C, K, K) → (B, O, H − K + 1, W − K + 1)
///     Variable z = einsum("bchwij,ocij->bohw", {x.unfold(2, K, 1).unfold(3, K, 1), w});
Variable unfold(const Variable& x, int dim, std::int64_t size, std::int64_t step);

/// The rule of unfold: g, of windows of x, added up in zeros of x's `shape`.
Variable unfold_backward(const Variable& g, const Shape& shape, int dim, std::int64_t size,
                         std::int64_t step);

}  // namespace xgrad
