#pragma once

#include <xgrad/core/rows/gemm.hpp>

namespace xgrad::kernels {

/// C = alpha · A B + beta · C + bias, for each product of a batch; no two of them share a C. Runs in this
/// thread alone: a caller with several threads gives each a part. T is float or double. A large product goes
/// to CBLAS (kernels/cblas.hpp), every other one to `own_gemm`.
///
/// With T = float, Of may be BFloat16. The result then differs from that of the widened operands in the order
/// of the additions alone: by at most k · 2⁻²³ · Σ|a||b|. The exceptions are AVX512-BF16 and AMX, which take
/// operands and sums below 2⁻¹²⁶ as 0.
template <class T, class Of = T>
void gemm(const Product<T, Of>& first, const ProductBatch& batch = {});

/// Products of BFloat16 with fewer rows are widened to float32 on any processor: B is then read once, from
/// memory.
inline constexpr std::int64_t fewest_rows_of_pairs = 9;

/// The same with xgrad's own loops (rows/gemm.cpp), whatever the size.
template <class T>
void own_gemm(const Product<T>& first, const ProductBatch& batch = {});

}  // namespace xgrad::kernels
