#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// The indices of the first k elements of each sorted row: (..., n) → (..., k) int64, 0 ≤ k ≤ n. NaN counts
/// as largest; equal elements keep their order.
Tensor argsort(const Tensor& x, std::int64_t k, bool descending);

}  // namespace xgrad::kernels
