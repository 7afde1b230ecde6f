#pragma once

#include <cstdint>

namespace xgrad::kernels {

/// C = alpha · op(A) op(B) + beta · C, row-major as in CBLAS: op(A) is (m, k), op(B) (k, n), C (m, n), and
/// op transposes where its flag is set. With beta = 0, C is written without being read. Runs in this thread
/// alone: who has more threads gives each a part. T is float or double.
///
/// CBLAS where there is one that knows this processor and the product is worth the call, else `own_gemm`.
template <class T>
void gemm(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const T* a,
          std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc);

/// `count` products of one size, their operands so many elements apart (0: the same for all): as if `gemm`
/// were called for each, but our own loops decide only once how to go about it. Each has a C of its own.
template <class T>
void gemm_batch(std::int64_t count, bool trans_a, bool trans_b, std::int64_t m, std::int64_t n,
                std::int64_t k, T alpha, const T* a, std::int64_t lda, std::int64_t step_a, const T* b,
                std::int64_t ldb, std::int64_t step_b, T beta, T* c, std::int64_t ldc, std::int64_t step_c);

/// The same with our own loops (rows/gemm.cpp), whatever the size.
template <class T>
void own_gemm(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const T* a,
              std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc);

/// The same with CBLAS. False where there is none, or it can't count so far: nothing was done then.
template <class T>
bool blas_gemm(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha,
               const T* a, std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc);

}  // namespace xgrad::kernels
