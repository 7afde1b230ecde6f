#pragma once

#include <string>

#include <xgrad/core/rows/gemm.hpp>

namespace xgrad::kernels {

/// Whether CBLAS takes less time for this product than `own_gemm`. False in a build without CBLAS.
template <class T>
bool is_faster_with_cblas(const Product<T>& x);

/// One product with CBLAS. Returns false and does nothing if the build has no CBLAS or a size does not fit
/// its int.
template <class T>
bool cblas_gemm(const Product<T>& x);

/// The library that multiplies large matrices: "OpenBLAS 0.3.21 Haswell", "CBLAS", or "none" if our own loops
/// do it.
std::string blas_name();

}  // namespace xgrad::kernels
