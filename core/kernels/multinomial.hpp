#pragma once

#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// `count` indices int64 drawn from each row of weights, (..., n) → (..., count), n ≥ 1. Throws unless the
/// weights are finite and not negative, and enough of them are above 0.
Tensor multinomial(const Tensor& weights, std::int64_t count, bool replacement, Generator& generator);

}  // namespace xgrad::kernels
