#pragma once

#include <utility>

#include <xgrad/core/tensor.hpp>

namespace xgrad::kernels {

// Along the last dim; a NaN counts as largest, and of equals the first one comes first.

Tensor argmax(const Tensor& x);  ///< (..., n) → (...) int64, n ≥ 1
Tensor argmin(const Tensor& x);  ///< likewise; a NaN counts as smallest here
/// The indices (..., n) int64 of the elements by size; equals stay in their order.
Tensor argsort(const Tensor& x, bool descending);
/// (..., n) → values and indices (..., k), the largest first; 0 ≤ k ≤ n.
std::pair<Tensor, Tensor> topk(const Tensor& x, std::int64_t k);

}  // namespace xgrad::kernels
