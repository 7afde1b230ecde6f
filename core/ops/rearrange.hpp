#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Parts of x, or x in larger and mirrored forms. As in PyTorch, dims may be negative.

/// Dims start_dim to end_dim as one; a scalar becomes (1,).
Variable flatten(const Variable& x, int start_dim = 0, int end_dim = -1);

/// x in slices of `size` along `dim`, the last one shorter where x ends.
std::vector<Variable> split(const Variable& x, std::int64_t size, int dim = 0);
/// x in slices of these sizes along `dim`, which add up to x's.
std::vector<Variable> split(const Variable& x, const std::vector<std::int64_t>& sizes, int dim = 0);
/// x in at most `chunks` slices of one size along `dim`, the last one shorter where x ends.
std::vector<Variable> chunk(const Variable& x, std::int64_t chunks, int dim = 0);

/// x one after the other, `times` in each dim; more times than x has dims count for new ones in front.
Variable repeat(const Variable& x, const Shape& times);
/// The order of the elements reversed along each of `dims`.
Variable flip(const Variable& x, const Shape& dims);

/// The last two dims' lower triangle, 0 elsewhere: element (i, j) is kept if j ≤ i + diagonal.
Variable tril(const Variable& x, std::int64_t diagonal = 0);
/// The last two dims' upper triangle, 0 elsewhere: element (i, j) is kept if j ≥ i + diagonal.
Variable triu(const Variable& x, std::int64_t diagonal = 0);

/// x with `value` around it, as torch.nn.functional.pad has it: amounts {before, after} for the last dim,
/// then for the one before it, and so on. Negative amounts take elements away.
Variable pad(const Variable& x, const std::vector<std::int64_t>& amounts, Scalar value = 0);

}  // namespace xgrad
