#pragma once

#include <bitset>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Results are new and contiguous. Any dtype.

/// The elements in reverse order along the dims that are set.
Tensor flip(const Tensor& x, std::bitset<Shape::max_dims> dims);

/// Element (i, j) of the last two dims where j − i ≤ diagonal (`lower`) or ≥ diagonal, 0 elsewhere.
Tensor triangle(const Tensor& x, std::int64_t diagonal, bool lower);

/// y_i = x_0 + ... + x_i along `dim`, or x_i + ... + x_n if `from_the_end`. Integers and booleans as int64.
Tensor cumsum(const Tensor& x, int dim, bool from_the_end);

}  // namespace xgrad::kernels
