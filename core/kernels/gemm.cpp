#include <xgrad/core/kernels/gemm.hpp>

#include <xgrad/core/kernels/cblas.hpp>
#include <xgrad/core/memory/pool.hpp>

namespace xgrad::kernels {
namespace {

// C = beta · C + bias: the whole product if k is 0.
template <class T, class Of>
void scale_and_add_bias(const Product<T, Of>& x, T* c) {
  for (std::int64_t i = 0; i < x.m; ++i, c += x.c_row_stride) {
    for (std::int64_t j = 0; j < x.n; ++j)
      c[j] = (x.beta == T(0) ? T(0) : x.beta * c[j]) + (x.bias ? x.bias[j] : T(0));
  }
}

template <class Table, class T, class Of>
void multiply(const Table& table, const Product<T, Of>& first, const ProductBatch& batch) {
  if (first.m <= 0 || first.n <= 0) return;
  if (first.k <= 0) {
    for (std::int64_t i = 0; i < batch.count; ++i) scale_and_add_bias(first, first.c + i * batch.c_step);
    return;
  }
  // Small operands are packed on the stack.
  constexpr std::int64_t near_size = 4096;
  alignas(64) T near[near_size];
  const std::int64_t size = table.multiply(first, batch, near, near_size);
  if (size == 0) return;
  const std::size_t bytes = static_cast<std::size_t>(size) * sizeof(T);
  T* const far = static_cast<T*>(pool_allocate(bytes));
  table.multiply(first, batch, far, size);
  pool_free(far, bytes);
}

const MixedGemmRows& mixed_rows(const Product<float, BFloat16>& x) {
  const std::int64_t m = x.all_rows > 0 ? x.all_rows : x.m;
  return m < fewest_rows_of_pairs ? rows<MixedGemmRows>() : bfloat16_rows<MixedGemmRows>();
}

}  // namespace

template <class T>
void own_gemm(const Product<T>& first, const ProductBatch& batch) {
  multiply(rows<GemmRows<T>>(), first, batch);
}

template <class T, class Of>
void gemm(const Product<T, Of>& first, const ProductBatch& batch) {
  if constexpr (!std::is_same_v<T, Of>) {
    multiply(mixed_rows(first), first, batch);
  } else {
    if (!is_faster_with_cblas(first)) return own_gemm(first, batch);
    Product<T> item = first;
    for (std::int64_t i = 0; i < batch.count; ++i) {
      if (!cblas_gemm(item)) own_gemm(item);
      item.a.first += batch.a_step;
      item.b.first += batch.b_step;
      item.c += batch.c_step;
    }
  }
}

template void gemm(const Product<float>&, const ProductBatch&);
template void gemm(const Product<double>&, const ProductBatch&);
template void gemm(const Product<float, BFloat16>&, const ProductBatch&);
template void own_gemm(const Product<float>&, const ProductBatch&);
template void own_gemm(const Product<double>&, const ProductBatch&);

}  // namespace xgrad::kernels
