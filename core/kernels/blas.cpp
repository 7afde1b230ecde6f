// The one file that knows of BLAS.

#include <xgrad/core/kernels/blas.hpp>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string_view>

#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/rows/gemm.hpp>

#ifdef XGRAD_HAVE_BLAS
#include <cblas.h>
#endif
#ifdef _OPENMP
#include <omp.h>
#endif

namespace xgrad::kernels {
namespace {

// C = beta · C + bias: what a product is beside A B, and all of it where k is 0.
template <class T>
void scale_and_add_bias(const Product<T>& x, T* c) {
  for (std::int64_t i = 0; i < x.m; ++i, c += x.c_row_stride) {
    for (std::int64_t j = 0; j < x.n; ++j)
      c[j] = (x.beta == T(0) ? T(0) : x.beta * c[j]) + (x.bias ? x.bias[j] : T(0));
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

// What OpenBLAS has for AVX-512 is made for Intel's processors. On AMD's the two are close, at any size (see
// `is_worth_a_call`), and our own loops are taken.
bool suits_this_vendor() {
#if defined(__x86_64__)
  return best_isa() != Isa::avx512 || __builtin_cpu_is("intel");
#else
  return true;
#endif
}

bool blas_is_fast() {
  static const bool is_fast =
      has_our_width(openblas_get_corename(), best_isa()) && suits_this_vendor() && stays_in_one_thread();
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

// Up to this many multiplications our own loops are done as early as CBLAS or earlier; beyond, it gains a few
// percent. To measure, time `own_gemm` against `blas_gemm`: of square float32 products, in one thread of an
// AMD EPYC (Zen 4) with OpenBLAS 0.3.21, in 2026, it was 4 % behind at 512 rows, level at 640 and 3 % ahead
// at 2048. What it makes of the products of whole steps, `bench/gemm_bench` tells.
template <class T>
bool is_worth_a_call(const Product<T>& x) {
  return x.m * x.n * x.k > (std::int64_t{1} << 28) && blas_is_fast();
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
template <class T>
bool is_worth_a_call(const Product<T>&) {
  return false;
}
#endif

}  // namespace

// What is small is packed on the stack.
template <class T>
void own_gemm(const Product<T>& first, const BatchStrides& batch) {
  if (first.m <= 0 || first.n <= 0) return;
  if (first.k <= 0) {
    for (std::int64_t i = 0; i < batch.count; ++i) scale_and_add_bias(first, first.c + i * batch.c);
    return;
  }
  constexpr std::int64_t near_size = 4096;
  alignas(64) T near[near_size];
  const GemmRows<T>& table = rows<GemmRows<T>>();
  const std::int64_t size = table.multiply(first, batch, near, near_size);
  if (size == 0) return;
  const std::size_t bytes = static_cast<std::size_t>(size) * sizeof(T);
  T* const far = static_cast<T*>(pool_allocate(bytes));
  table.multiply(first, batch, far, size);
  pool_free(far, bytes);
}

#ifdef XGRAD_HAVE_BLAS
template <class T>
bool blas_gemm(const Product<T>& x) {
  const bool trans_a = x.a.column_stride != 1, trans_b = x.b.column_stride != 1;
  // of a single row or column, the stride to the next one says nothing
  const std::int64_t lda = trans_a ? std::max(x.a.column_stride, x.m) : std::max(x.a.row_stride, x.k);
  const std::int64_t ldb = trans_b ? std::max(x.b.column_stride, x.k) : std::max(x.b.row_stride, x.n);
  if (x.m <= 0 || x.n <= 0 || x.k <= 0 || !fits_int(x.m, x.n, x.k, lda, ldb, x.c_row_stride)) return false;
  T beta = x.beta;
  if (x.bias) {  // put into C beforehand, as CBLAS knows no bias
    scale_and_add_bias(x, x.c);
    beta = T(1);
  }
  [[maybe_unused]] const InOneThread in_one_thread;
  call_blas(trans_a ? CblasTrans : CblasNoTrans, trans_b ? CblasTrans : CblasNoTrans, static_cast<int>(x.m),
            static_cast<int>(x.n), static_cast<int>(x.k), x.alpha, x.a.first, static_cast<int>(lda),
            x.b.first, static_cast<int>(ldb), beta, x.c, static_cast<int>(x.c_row_stride));
  return true;
}
#else
template <class T>
bool blas_gemm(const Product<T>&) {
  return false;
}
#endif

template <class T>
void gemm(const Product<T>& first, const BatchStrides& batch) {
  if (!is_worth_a_call(first)) return own_gemm(first, batch);
  Product<T> item = first;
  for (std::int64_t i = 0; i < batch.count; ++i) {
    if (!blas_gemm(item)) own_gemm(item);
    item.a.first += batch.a;
    item.b.first += batch.b;
    item.c += batch.c;
  }
}

#define XGRAD_INSTANTIATE(T)                                      \
  template void gemm(const Product<T>&, const BatchStrides&);     \
  template void own_gemm(const Product<T>&, const BatchStrides&); \
  template bool blas_gemm(const Product<T>&);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xgrad::kernels
