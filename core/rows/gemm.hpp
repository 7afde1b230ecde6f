#pragma once

#include <cstdint>

#include <xgrad/core/base/bfloat16.hpp>
#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// A matrix to read: element (i, j) is first[i · row_stride + j · column_stride]. One of the strides is 1.
template <class T>
struct Operand {
  const T* first;
  std::int64_t row_stride, column_stride;
};
/// A matrix with contiguous rows that begin row_stride elements apart.
template <class T>
Operand<T> row_major(const T* first, std::int64_t row_stride) {
  return {first, row_stride, 1};
}
/// The transpose of that matrix.
template <class T>
Operand<T> transposed(const T* first, std::int64_t row_stride) {
  return {first, 1, row_stride};
}

/// One product C = alpha · A B + beta · C + bias, with A (m, k), B (k, n) and C (m, n). C's rows are
/// contiguous and begin c_row_stride elements apart. The elements of A and B are of type Of.
template <class T, class Of = T>
struct Product {
  std::int64_t m, n, k;
  T alpha;
  Operand<Of> a, b;
  T beta;  ///< 0: C is written without being read
  T* c;
  std::int64_t c_row_stride;
  const T* bias = nullptr;  ///< n elements, added to every row; null for no bias
  /// If the rows are a thread's share: those of all threads, which choose the order of summation. 0: m.
  std::int64_t all_rows = 0;
};

/// Several products of equal sizes. From one to the next, A, B and C move on by these numbers of elements; 0
/// means that all products share the operand.
struct ProductBatch {
  std::int64_t count = 1, a_step = 0, b_step = 0, c_step = 0;
};

template <class T>
struct GemmRows {
  /// Computes all products in this thread; m, n and k are positive. Returns 0. If it needs more than `size`
  /// elements of scratch memory, it computes nothing and returns the number that it needs.
  std::int64_t (*multiply)(const Product<T>& first, const ProductBatch& batch, T* scratch, std::int64_t size);
};

/// Products of BFloat16, whose sums are float32. In software they are widened on the way into the tiles.
struct MixedGemmRows {
  std::int64_t (*multiply)(const Product<float, BFloat16>& first, const ProductBatch& batch, float* scratch,
                           std::int64_t size);
};

}  // namespace xgrad::kernels
