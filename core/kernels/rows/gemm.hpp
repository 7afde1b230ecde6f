#pragma once

#include <cstdint>

#include <xgrad/core/kernels/rows/isa.hpp>

namespace xgrad::kernels {

/// One product C = alpha · A B + beta · C: A is (m, k), B (k, n), C (m, n) with rows of contiguous elements.
/// Where A and B are transposed is said by their steps: A(i, p) is a[i · a_row + p · a_column].
template <class T>
struct Product {
  std::int64_t m, n, k;
  T alpha;
  const T* a;
  std::int64_t a_row, a_column;
  const T* b;
  std::int64_t b_row, b_column;
  T beta;  ///< 0: C is written without being read
  T* c;
  std::int64_t c_row;
};

/// Products of equal sizes, their operands so many elements apart.
struct Items {
  std::int64_t count, a, b, c;
};

template <class T>
struct GemmRows {
  /// All products, from the first on, in this thread alone; m, n and k are positive. Returns 0; or, with
  /// nothing done, the number of elements of scratch memory that it needs, where that is more than `size`.
  std::int64_t (*multiply)(const Product<T>& first, const Items& items, T* scratch, std::int64_t size);
};

}  // namespace xgrad::kernels
