#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Slices of x of `size` along `dim`; the last one is shorter where x ends. A dim may be negative.
std::vector<Variable> split(const Variable& x, std::int64_t size, int dim = 0);
/// Slices of x of these sizes along `dim`; the sizes add up to x's.
std::vector<Variable> split(const Variable& x, const std::vector<std::int64_t>& sizes, int dim = 0);
/// At most `chunks` slices of x of one size along `dim`; the last one is shorter where x ends.
std::vector<Variable> chunk(const Variable& x, std::int64_t chunks, int dim = 0);

}  // namespace xgrad
