#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// index is int64. The caller has checked its shape and entries. No function raises a version.

// indexing.cpp, with an index (n)
/// y[..., i, ...] = x[..., index[i], ...], new and contiguous.
Tensor index_select(const Tensor& x, int dim, const Tensor& index);

/// destination[index[i], ...] = source[i, ...], for contiguous Tensors of one dtype. An index below 0 counts
/// from the back. Of two values for one row, the last stays.
void index_copy_into(const Tensor& destination, const Tensor& index, const Tensor& source);

/// destination[..., index[i], ...] += source[..., i, ...], for a contiguous destination. An element's terms
/// are added in double, in the same order for any number of threads, and rounded once for every 2²⁴ indices.
void index_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source);

// gather.cpp
/// y[i, j, k] = x[i, index[i, j, k], k], here with dim = 1; new and contiguous.
Tensor gather(const Tensor& x, int dim, const Tensor& index);

// scatter.cpp. Terms of one element come in the order of j for any number of threads.
/// destination[i, index[i, j, k], k] = source[i, j, k]: the last term stays.
void scatter_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source);
/// destination[i, index[i, j, k], k] += source[i, j, k]. More than a few terms of an element are added in
/// double and rounded once.
void scatter_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source);
/// The largest or the smallest of an element and its terms stays; a NaN counts as either.
void scatter_extreme_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source,
                          bool largest);

}  // namespace xgrad::kernels
