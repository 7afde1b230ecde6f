#pragma once

#include <cstdint>

#include <xgrad/core/rows/gemm.hpp>

namespace xgrad::kernels {

/// C = alpha · A B + beta · C + bias, for the first product and those behind it, each with a C of its own.
/// Runs in this thread alone: who has more threads gives each a part. T is float or double.
///
/// CBLAS where there is one that knows this processor and a product is worth the call, else `own_gemm`.
template <class T>
void gemm(const Product<T>& first, const BatchStrides& batch = {});

/// The same with our own loops (rows/gemm.cpp), whatever the size.
template <class T>
void own_gemm(const Product<T>& first, const BatchStrides& batch = {});

/// One product with CBLAS. False where there is none, or it can't count so far: nothing was done then.
template <class T>
bool blas_gemm(const Product<T>& x);

}  // namespace xgrad::kernels
