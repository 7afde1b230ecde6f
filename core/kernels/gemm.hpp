#pragma once

#include <xgrad/core/rows/gemm.hpp>

namespace xgrad::kernels {

/// C = alpha · A B + beta · C + bias, for each product of a batch; no two of them share a C. Runs in this
/// thread alone: a caller with several threads gives each a part. T is float or double.
///
/// A large product goes to CBLAS (kernels/cblas.hpp), every other one to `own_gemm`.
template <class T>
void gemm(const Product<T>& first, const ProductBatch& batch = {});

/// The same with xgrad's own loops (rows/gemm.cpp), whatever the size.
template <class T>
void own_gemm(const Product<T>& first, const ProductBatch& batch = {});

}  // namespace xgrad::kernels
