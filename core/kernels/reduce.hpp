#pragma once

#include <bitset>
#include <string_view>

#include <xgrad/core/dims.hpp>
#include <xgrad/core/tensor.hpp>

namespace xgrad::kernels {

/// The dims a reduction runs over, as a set.
using DimSet = std::bitset<Shape::max_dims>;

DimSet all_dims(int dims);
/// From a list in which negative dims count from the back. Throws where one is out of range or named twice.
DimSet which_dims(std::string_view op, const Shape& list, int dims);
/// The same of a reduction's dims, where no list means all.
DimSet reduced_dims(std::string_view op, const Dims& dims, const Shape& shape);
/// The shape that is left: without the reduced dims, or with size 1 in their place.
Shape reduced_shape(const Shape& shape, DimSet dims, bool keepdim);
/// How many elements become one.
std::int64_t reduced_count(const Shape& shape, DimSet dims);
/// What a variance divides by: their number n less the correction; 0 where that is negative, as in PyTorch.
double freedom(const Shape& shape, DimSet dims, std::int64_t correction);

/// What an expanded Tensor repeats is counted, and neither copied nor walked.
struct Distinct {
  Tensor x;                ///< each element once: of size 1 along what repeats it, with stride 0
  std::int64_t times = 1;  ///< how often `dims` repeat an element; 1 if there is none

  Distinct(const Tensor& tensor, DimSet dims);
  /// y, which `dims` of x were reduced to, as the result for a Tensor of shape `input`: repeated along the
  /// kept dims where x was. New and contiguous, as y is.
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
