#pragma once

#include <bitset>
#include <string_view>

#include <xgrad/core/base/dims.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// The dims a reduction runs over, as a set.
using DimSet = std::bitset<Shape::max_dims>;

DimSet all_dims(int dims);
inline DimSet only_dim(int dim) { return DimSet(1ull << dim); }
/// From a list in which negative dims count from the back. Throws where one is out of range or named twice.
DimSet which_dims(std::string_view op, const Shape& list, int dims);
/// The same of a reduction's dims, where no list means all.
DimSet reduced_dims(std::string_view op, const Dims& dims, const Shape& shape);
/// The shape that is left: without the reduced dims, or with size 1 in their place.
Shape reduced_shape(const Shape& shape, DimSet dims, bool keepdim);
/// How many elements become one.
std::int64_t reduced_count(const Shape& shape, DimSet dims);
/// The divisor of a variance: the number of elements that become one, less the correction; 0 where that is
/// negative, as in PyTorch.
double freedom(const Shape& shape, DimSet dims, std::int64_t correction);

/// An expanded Tensor without its repeats: they are counted, and neither copied nor read.
struct Distinct {
  Tensor x;                ///< each element once: size 1 in the dims that repeat it
  std::int64_t times = 1;  ///< how often those of `dims` repeat each element

  Distinct(const Tensor& tensor, DimSet dims);
  /// The result for a Tensor of shape `input`, from the result y for x: repeated along the kept dims in which
  /// x has no repeats. New and contiguous, as y is.
  Tensor spread(Tensor y, const Shape& input, DimSet dims, bool keepdim) const;
};

// Results are new and contiguous, and the same bit for bit for any number of threads.

Tensor sum(const Tensor& x, DimSet dims, bool keepdim);   ///< integers and booleans as int64
Tensor mean(const Tensor& x, DimSet dims, bool keepdim);  ///< floating
/// Σ (x − mean)² / (n − correction), floating.
Tensor var(const Tensor& x, DimSet dims, std::int64_t correction, bool keepdim);
Tensor std(const Tensor& x, DimSet dims, std::int64_t correction, bool keepdim);  ///< √var
/// NaN where there is one; throws naming `op` where one of the dims has size 0.
Tensor amax(std::string_view op, const Tensor& x, DimSet dims, bool keepdim);
Tensor amin(std::string_view op, const Tensor& x, DimSet dims, bool keepdim);
/// Throws where `dim` has size 0, and so no `which` ("largest") element.
void check_extreme(std::string_view op, const Shape& shape, int dim, std::string_view which);
/// log Σ exp(x), floating.
Tensor logsumexp(const Tensor& x, DimSet dims, bool keepdim);

}  // namespace xgrad::kernels
