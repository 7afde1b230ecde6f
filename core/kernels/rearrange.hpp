#pragma once

#include <xgrad/core/kernels/dim_set.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// Results are new and contiguous. Any dtype.

/// The elements moved by `shift` places along `dim`, 0 ≤ shift ≤ n: y[(j + shift) mod n] = x[j].
Tensor roll(const Tensor& x, int dim, std::int64_t shift);

/// The elements in reverse order along `dims`.
Tensor flip(const Tensor& x, DimSet dims);

/// Keeps element (i, j) of the last two dims if j − i ≤ diagonal (`lower`) or j − i ≥ diagonal. The others
/// become 0.
Tensor triangle(const Tensor& x, std::int64_t diagonal, bool lower);

}  // namespace xgrad::kernels
