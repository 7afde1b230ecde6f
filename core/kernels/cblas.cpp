// All of xgrad's calls to BLAS.

#include <xgrad/core/kernels/cblas.hpp>

#ifdef XGRAD_HAVE_BLAS

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <type_traits>

#include <cblas.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include <xgrad/core/base/static_value.hpp>
#include <xgrad/core/kernels/gemm.hpp>
#endif

namespace xgrad::kernels {

#ifdef XGRAD_HAVE_BLAS

namespace {

#ifdef XGRAD_HAVE_OPENBLAS
// On a processor newer than itself, OpenBLAS takes its slowest kernels; ours are then several times as fast.
bool has_our_width(std::string_view core, Isa ours) {
  const auto is_one_of = [core](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), core) != names.end();
  };
  const bool has_avx512 = is_one_of({"SkylakeX", "Cooperlake", "Sapphirerapids", "SapphireRapids"});
  const bool has_avx2 = has_avx512 || is_one_of({"Haswell", "Zen", "Excavator"});
  return ours == Isa::avx512 ? has_avx512 : ours == Isa::avx2 ? has_avx2 : true;
}

// xgrad divides the work among its own threads, so OpenBLAS must stay in the thread that calls it. A build
// with threads of its own is told so once. A build with OpenMP reads the setting of the calling thread at
// each call (`InOneThread`).
bool stays_in_one_thread() {
  constexpr int own_threads = 1;
  if (openblas_get_parallel() == own_threads) openblas_set_num_threads(1);
#ifdef _OPENMP
  return true;
#else
  return openblas_get_parallel() <= own_threads;
#endif
}

// OpenBLAS's kernels for AVX-512 are made for Intel's processors. On AMD's they gain little at any size (see
// `is_faster_with_cblas`), so our own loops run there.
bool suits_this_vendor() {
#if defined(__x86_64__)
  return isa_of_rows() != Isa::avx512 || __builtin_cpu_is("intel");
#else
  return true;
#endif
}

bool blas_is_fast() {
  return static_value([] {
    return has_our_width(openblas_get_corename(), isa_of_rows()) && suits_this_vendor() &&
           stays_in_one_thread();
  });
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

}  // namespace

// Up to this many multiplications our own loops take no more time than CBLAS; beyond, CBLAS gains a few
// percent. Measured by timing `own_gemm` against `cblas_gemm` on square float32 products in one thread of an
// AMD EPYC (Zen 4) with OpenBLAS 0.3.21, in 2026: CBLAS was 4 % behind at 512 rows, level at 640 and 3 %
// ahead at 2048. `bench/gemm_bench` shows the effect on the products of whole steps.
template <class T>
bool is_faster_with_cblas(const Product<T>& x) {
  return x.m * x.n * x.k > (std::int64_t{1} << 28) && blas_is_fast();
}

template <class T>
bool cblas_gemm(const Product<T>& x) {
  const bool trans_a = x.a.column_stride != 1, trans_b = x.b.column_stride != 1;
  // A matrix of one row or column may have any stride between rows or columns; CBLAS still checks it.
  const std::int64_t lda = trans_a ? std::max(x.a.column_stride, x.m) : std::max(x.a.row_stride, x.k);
  const std::int64_t ldb = trans_b ? std::max(x.b.column_stride, x.k) : std::max(x.b.row_stride, x.n);
  if (x.m <= 0 || x.n <= 0 || x.k <= 0) return false;
  if (std::max({x.m, x.n, x.k, lda, ldb, x.c_row_stride}) > std::numeric_limits<int>::max()) return false;
  T beta = x.beta;
  if (x.bias) {  // CBLAS takes no bias, so C = beta · C + bias comes first
    Product<T> without_sum = x;
    without_sum.k = 0;
    own_gemm(without_sum);
    beta = T(1);
  }
  [[maybe_unused]] const InOneThread in_one_thread;
  const auto multiply = [] {
    if constexpr (std::is_same_v<T, float>) {
      return cblas_sgemm;
    } else {
      return cblas_dgemm;
    }
  }();
  multiply(CblasRowMajor, trans_a ? CblasTrans : CblasNoTrans, trans_b ? CblasTrans : CblasNoTrans,
           static_cast<int>(x.m), static_cast<int>(x.n), static_cast<int>(x.k), x.alpha, x.a.first,
           static_cast<int>(lda), x.b.first, static_cast<int>(ldb), beta, x.c,
           static_cast<int>(x.c_row_stride));
  return true;
}

std::string blas_name() {
  if (!blas_is_fast()) return "none";
#ifdef XGRAD_HAVE_OPENBLAS
  const std::string config = openblas_get_config();  // "OpenBLAS 0.3.21 DYNAMIC_ARCH NO_AFFINITY Haswell ..."
  return config.substr(0, config.find(' ', config.find(' ') + 1)) + ' ' + openblas_get_corename();
#else
  return "CBLAS";
#endif
}

#else

std::string blas_name() { return "none"; }

template <class T>
bool is_faster_with_cblas(const Product<T>&) {
  return false;
}
template <class T>
bool cblas_gemm(const Product<T>&) {
  return false;
}

#endif

template bool is_faster_with_cblas(const Product<float>&);
template bool is_faster_with_cblas(const Product<double>&);
template bool cblas_gemm(const Product<float>&);
template bool cblas_gemm(const Product<double>&);

}  // namespace xgrad::kernels
