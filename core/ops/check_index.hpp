#pragma once

#include <string_view>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Throws naming `op` unless `index` is int64 and each of its entries lies in [0, shape[dim]).
void check_index(std::string_view op, const Variable& index, const Shape& shape, int dim);

/// Throws naming `op` unless x and the source that is added to it have one floating dtype.
void check_source(std::string_view op, const Variable& x, const Variable& source);

}  // namespace xgrad
