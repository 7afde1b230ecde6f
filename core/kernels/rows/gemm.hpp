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

template <class T>
struct GemmRows {
  /// Elements of scratch memory that `multiply` asks for.
  std::int64_t (*scratch)(const Product<T>& product);
  /// The product, in this thread alone. m, n and k are positive.
  void (*multiply)(const Product<T>& product, T* scratch);
};

}  // namespace xgrad::kernels
