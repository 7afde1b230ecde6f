#pragma once

#include <utility>

#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Along the last dim; a NaN counts as largest, and of equals the first one comes first.

Tensor argmax(const Tensor& x);  ///< (..., n) → (...) int64, n ≥ 1
Tensor argmin(const Tensor& x);  ///< likewise; a NaN counts as smallest here
/// The indices (..., n) int64 of the elements by size; equals stay in their order.
Tensor argsort(const Tensor& x, bool descending);
/// (..., n) → values and indices (..., k), the largest first; 0 ≤ k ≤ n.
std::pair<Tensor, Tensor> topk(const Tensor& x, std::int64_t k);

/// `count` indices int64 drawn from each row of weights, (..., n) → (..., count), n ≥ 1. Throws unless the
/// weights are finite, not negative, and enough of them above 0.
Tensor multinomial(const Tensor& weights, std::int64_t count, bool replacement, Generator& generator);

}  // namespace xgrad::kernels
