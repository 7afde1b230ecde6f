#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

template <class T>
struct TransposeRows {
  /// to(j, i) = from(i, j) for i < rows, j < columns. The rows of both are contiguous, from_row and to_row
  /// elements apart. The two must not overlap.
  void (*transpose)(const T* from, std::int64_t from_row, T* to, std::int64_t to_row, std::int64_t rows,
                    std::int64_t columns);
};

}  // namespace xgrad::kernels
