#pragma once

#include <xgrad/core/kernels/dim_set.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// An expanded Tensor without its repeats. A reduction reads each element once and counts the repeats.
struct Distinct {
  Tensor x;                ///< each element once: size 1 in the dims that repeat it
  std::int64_t times = 1;  ///< how often the dims of `dims` repeat each element

  Distinct(const Tensor& tensor, DimSet dims);
  /// Turns y, the result for x, into the result for a Tensor of shape `input`: repeats it along the kept dims
  /// in which x has no repeats. Contiguous if y is.
  Tensor spread(Tensor y, const Shape& input, DimSet dims, bool keepdim) const;
};

}  // namespace xgrad::kernels
