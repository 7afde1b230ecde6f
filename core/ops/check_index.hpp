#pragma once

#include <string_view>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// The index with its negative entries counted from the back: i < 0 becomes i + shape[dim], as in NumPy.
/// Throws naming `op` unless the index is int64 and each of its entries lies in [−shape[dim], shape[dim]).
Variable count_from_front(std::string_view op, const Variable& index, const Shape& shape, int dim);

/// The same for an index of one entry for each element, as `gather` takes it. Throws too unless it has as
/// many dims as x, and in dims other than `dim` sizes no larger than x's.
Variable count_from_front_of(std::string_view op, const Variable& index, const Variable& x, int dim);

/// Throws naming `op` unless the index is int64 and each of its entries lies in [0, shape[dim]): for classes
/// and rows of a vocabulary, where a negative number often stands for "none".
void check_index(std::string_view op, const Variable& index, const Shape& shape, int dim);

/// Throws naming `op` unless x and the source that is added to it have one floating dtype.
void check_source(std::string_view op, const Variable& x, const Variable& source);

}  // namespace xgrad
