// The one file that knows of BLAS.

#include <xgrad/core/kernels/blas.hpp>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string_view>

#include <xgrad/core/kernels/rows/gemm.hpp>
#include <xgrad/core/pool.hpp>

#ifdef XGRAD_HAVE_BLAS
#include <cblas.h>
#endif
#ifdef _OPENMP
#include <omp.h>
#endif

namespace xgrad::kernels {
namespace {

// beta · C, all that is left of a product over k = 0 elements.
template <class T>
void scale_rows(std::int64_t m, std::int64_t n, T beta, T* c, std::int64_t ldc) {
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) c[i * ldc + j] = beta == T(0) ? T(0) : beta * c[i * ldc + j];
  }
}

#ifdef XGRAD_HAVE_BLAS

#ifdef XGRAD_HAVE_OPENBLAS
// OpenBLAS takes the slowest of its kernels on a processor that is newer than itself, and ours are then
// several times as fast.
bool has_our_width(std::string_view core, Isa ours) {
  const auto is_one_of = [core](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), core) != names.end();
  };
  const bool has_avx512 = is_one_of({"SkylakeX", "Cooperlake", "Sapphirerapids", "SapphireRapids"});
  const bool has_avx2 = has_avx512 || is_one_of({"Haswell", "Zen", "Excavator"});
  return ours == Isa::avx512 ? has_avx512 : ours == Isa::avx2 ? has_avx2 : true;
}

// Threads are ours to share out, so OpenBLAS has to stay in the one it is called from. The build with threads
// of its own is told once; the one with OpenMP's asks the calling thread's setting each time (`InOneThread`).
bool stays_in_one_thread() {
  constexpr int own_threads = 1;
  if (openblas_get_parallel() == own_threads) openblas_set_num_threads(1);
#ifdef _OPENMP
  return true;
#else
  return openblas_get_parallel() <= own_threads;
#endif
}

bool blas_is_fast() {
  static const bool is_fast = has_our_width(openblas_get_corename(), best_isa()) && stays_in_one_thread();
  return is_fast;
}
#else
bool blas_is_fast() { return true; }
#endif

class InOneThread {
#ifdef _OPENMP
 public:
  InOneThread() { omp_set_num_threads(1); }
  ~InOneThread() { omp_set_num_threads(before_); }
  InOneThread(const InOneThread&) = delete;
  InOneThread& operator=(const InOneThread&) = delete;

 private:
  int before_ = omp_get_max_threads();
#endif
};

// Up to this many multiplications our own loops are done as early or earlier; what BLAS gains on larger
// products is some 5 %.
bool is_worth_a_call(std::int64_t m, std::int64_t n, std::int64_t k) {
  return m * n * k > (std::int64_t{1} << 28) && blas_is_fast();
}

// CBLAS counts in int; what is larger goes to our own loops.
template <class... Sizes>
bool fits_int(Sizes... sizes) {
  return std::max({std::int64_t{0}, sizes...}) <= std::numeric_limits<int>::max();
}

void call_blas(CBLAS_TRANSPOSE trans_a, CBLAS_TRANSPOSE trans_b, int m, int n, int k, float alpha,
               const float* a, int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void call_blas(CBLAS_TRANSPOSE trans_a, CBLAS_TRANSPOSE trans_b, int m, int n, int k, double alpha,
               const double* a, int lda, const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

#else
bool is_worth_a_call(std::int64_t, std::int64_t, std::int64_t) { return false; }
#endif

// Our own loops. They pack what is small on the stack.
template <class T>
void multiply(const Product<T>& first, const Items& items) {
  constexpr std::int64_t near_size = 4096;
  alignas(64) T near[near_size];
  const GemmRows<T>& table = rows<GemmRows<T>>();
  const std::int64_t size = table.multiply(first, items, near, near_size);
  if (size == 0) return;
  const std::size_t bytes = static_cast<std::size_t>(size) * sizeof(T);
  T* const far = static_cast<T*>(pool_allocate(bytes));
  table.multiply(first, items, far, size);
  pool_free(far, bytes);
}

template <class T>
void multiply_own(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha,
                  const T* a, std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc,
                  const Items& items) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) {
    for (std::int64_t i = 0; i < items.count; ++i) scale_rows(m, n, beta, c + i * items.c, ldc);
    return;
  }
  const Product<T> first{
      m,    n, k,  alpha, a, trans_a ? 1 : lda, trans_a ? lda : 1, b, trans_b ? 1 : ldb, trans_b ? ldb : 1,
      beta, c, ldc};
  multiply(first, items);
}

}  // namespace

template <class T>
void own_gemm(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const T* a,
              std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc) {
  multiply_own(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, {1, 0, 0, 0});
}

#ifdef XGRAD_HAVE_BLAS
template <class T>
bool blas_gemm(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha,
               const T* a, std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc) {
  if (m <= 0 || n <= 0 || k <= 0 || !fits_int(m, n, k, lda, ldb, ldc)) return false;
  [[maybe_unused]] const InOneThread in_one_thread;
  call_blas(trans_a ? CblasTrans : CblasNoTrans, trans_b ? CblasTrans : CblasNoTrans, static_cast<int>(m),
            static_cast<int>(n), static_cast<int>(k), alpha, a, static_cast<int>(lda), b,
            static_cast<int>(ldb), beta, c, static_cast<int>(ldc));
  return true;
}
#else
template <class T>
bool blas_gemm(bool, bool, std::int64_t, std::int64_t, std::int64_t, T, const T*, std::int64_t, const T*,
               std::int64_t, T, T*, std::int64_t) {
  return false;
}
#endif

template <class T>
void gemm(bool trans_a, bool trans_b, std::int64_t m, std::int64_t n, std::int64_t k, T alpha, const T* a,
          std::int64_t lda, const T* b, std::int64_t ldb, T beta, T* c, std::int64_t ldc) {
  if (is_worth_a_call(m, n, k) && blas_gemm(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
    return;
  own_gemm(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

template <class T>
void gemm_batch(std::int64_t count, bool trans_a, bool trans_b, std::int64_t m, std::int64_t n,
                std::int64_t k, T alpha, const T* a, std::int64_t lda, std::int64_t step_a, const T* b,
                std::int64_t ldb, std::int64_t step_b, T beta, T* c, std::int64_t ldc, std::int64_t step_c) {
  if (!is_worth_a_call(m, n, k)) {
    const Items items{count, step_a, step_b, step_c};
    return multiply_own(trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, items);
  }
  for (std::int64_t i = 0; i < count; ++i) {
    gemm(trans_a, trans_b, m, n, k, alpha, a + i * step_a, lda, b + i * step_b, ldb, beta, c + i * step_c,
         ldc);
  }
}

#define XGRAD_INSTANTIATE(result, function, T)                                                   \
  template result function<T>(bool, bool, std::int64_t, std::int64_t, std::int64_t, T, const T*, \
                              std::int64_t, const T*, std::int64_t, T, T*, std::int64_t);
XGRAD_INSTANTIATE(void, gemm, float)
XGRAD_INSTANTIATE(void, gemm, double)
XGRAD_INSTANTIATE(void, own_gemm, float)
XGRAD_INSTANTIATE(void, own_gemm, double)
XGRAD_INSTANTIATE(bool, blas_gemm, float)
XGRAD_INSTANTIATE(bool, blas_gemm, double)
#undef XGRAD_INSTANTIATE
#define XGRAD_INSTANTIATE(T)                                                                                 \
  template void gemm_batch<T>(std::int64_t, bool, bool, std::int64_t, std::int64_t, std::int64_t, T,         \
                              const T*, std::int64_t, std::int64_t, const T*, std::int64_t, std::int64_t, T, \
                              T*, std::int64_t, std::int64_t);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xgrad::kernels
