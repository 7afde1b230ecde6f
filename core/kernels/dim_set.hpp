#pragma once

#include <bitset>
#include <string_view>

#include <xgrad/core/base/dims.hpp>

namespace xgrad::kernels {

/// The dims that a reduction runs over.
using DimSet = std::bitset<Shape::max_dims>;

inline bool contains(DimSet dims, int dim) { return dims[static_cast<std::size_t>(dim)]; }
DimSet all_dims(int dims);
inline DimSet only_dim(int dim) { return DimSet(1ull << dim); }
/// The dims of a list, in which negative dims count from the back. Throws if one is out of range or named
/// twice.
DimSet which_dims(std::string_view op, const Shape& list, int dims);
/// The same for a reduction's argument, in which an empty list means all dims.
DimSet reduced_dims(std::string_view op, const Dims& dims, const Shape& shape);
/// The shape of the result: without the reduced dims, or with size 1 in their place.
Shape reduced_shape(const Shape& shape, DimSet dims, bool keepdim);
/// The number of elements that become one.
std::int64_t reduced_count(const Shape& shape, DimSet dims);

}  // namespace xgrad::kernels
