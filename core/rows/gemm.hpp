#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// A matrix that is read: element (i, j) is first[i · row_stride + j · column_stride], and one of the
/// strides is 1.
template <class T>
struct Operand {
  const T* first;
  std::int64_t row_stride, column_stride;
};
/// A matrix whose rows are contiguous, so many elements apart.
template <class T>
Operand<T> row_major(const T* first, std::int64_t row_stride) {
  return {first, row_stride, 1};
}
/// The transpose of such a matrix.
template <class T>
Operand<T> transposed(const T* first, std::int64_t row_stride) {
  return {first, 1, row_stride};
}

/// One product C = alpha · A B + beta · C + bias: A is (m, k), B (k, n), C (m, n) with rows of contiguous
/// elements, c_row_stride apart.
template <class T>
struct Product {
  std::int64_t m, n, k;
  T alpha;
  Operand<T> a, b;
  T beta;  ///< 0: C is written without being read
  T* c;
  std::int64_t c_row_stride;
  const T* bias = nullptr;  ///< n elements, added to every row; null: none
};

/// How many products of equal sizes there are, and how many elements after one's operands the next one's
/// begin (0: all share that operand).
struct BatchStrides {
  std::int64_t count = 1, a = 0, b = 0, c = 0;
};

template <class T>
struct GemmRows {
  /// All products, from the first on, in this thread alone; m, n and k are positive. Returns 0; or, with
  /// nothing done, the number of elements of scratch memory that it needs, where that is more than `size`.
  std::int64_t (*multiply)(const Product<T>& first, const BatchStrides& batch, T* scratch, std::int64_t size);
};

}  // namespace xgrad::kernels
