#pragma once

#include <string_view>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Throws naming `op` unless `index` is int64 and each of its entries lies in [0, shape[dim]).
void check_index(std::string_view op, const Variable& index, const Shape& shape, int dim);

}  // namespace xgrad
