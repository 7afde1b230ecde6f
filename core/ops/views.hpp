#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// The same elements under another shape, in O(1) if the strides allow it. Rules and errors are Tensor's.

Variable reshape(const Variable& x, const Shape& shape);  ///< one size may be −1
/// Dims start_dim to end_dim become one; a scalar becomes (1,).
Variable flatten(const Variable& x, int start_dim = 0, int end_dim = -1);
Variable transpose(const Variable& x, int dim0, int dim1);
Variable permute(const Variable& x, const Shape& dims);
Variable squeeze(const Variable& x);
Variable squeeze(const Variable& x, int dim);
Variable unsqueeze(const Variable& x, int dim);
Variable expand(const Variable& x, const Shape& shape);
Variable slice(const Variable& x, int dim, std::int64_t start, std::int64_t end = to_end,
               std::int64_t step = 1);
Variable select(const Variable& x, int dim, std::int64_t index);
/// The elements (i, i + offset) of dims dim1 and dim2, as a new last dim: of a (3, 4) with offset 1 the
/// elements (0, 1), (1, 2), (2, 3). Empty if the offset leaves the matrix.
Variable diagonal(const Variable& x, std::int64_t offset = 0, int dim1 = 0, int dim2 = 1);
/// The diagonal of a matrix, as `diagonal` gives it; of a vector (n), the matrix that has it on this diagonal
/// and is 0 elsewhere.
Variable diag(const Variable& x, std::int64_t diagonal = 0);

/// x converted to another dtype. A gradient flows between floating dtypes.
Variable to(const Variable& x, DType dtype);

// The rules of slice, select and diagonal: x in its place in zeros of `shape`.
Variable slice_backward(const Variable& g, const Shape& shape, int dim, std::int64_t start, std::int64_t end,
                        std::int64_t step);
Variable select_backward(const Variable& g, const Shape& shape, int dim, std::int64_t index);
Variable diagonal_backward(const Variable& g, const Shape& shape, std::int64_t offset, int dim1, int dim2);

}  // namespace xgrad
