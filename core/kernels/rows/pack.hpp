#pragma once

// Operands of a product copied into the order in which its tiles read them. For rows/gemm.cpp only.

#include <xgrad/core/kernels/rows/simd.hpp>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

template <class T>
constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);

// to(j, i) = from(i, j) for i, j < 4, where rows are so many elements apart.
template <class T>
void transpose_4x4(const T* from, std::int64_t from_step, T* to, std::int64_t to_step) {
#if defined(__GNUC__) && __has_builtin(__builtin_shufflevector)
  typedef T Four __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));
  Four row[4], low[2], high[2];
  for (int i = 0; i < 4; ++i) row[i] = *reinterpret_cast<const Four*>(from + i * from_step);
  for (int i = 0; i < 2; ++i) {
    low[i] = __builtin_shufflevector(row[i], row[i + 2], 0, 4, 1, 5);   // columns 0 and 1 of rows i and i + 2
    high[i] = __builtin_shufflevector(row[i], row[i + 2], 2, 6, 3, 7);  // columns 2 and 3
  }
  *reinterpret_cast<Four*>(to) = __builtin_shufflevector(low[0], low[1], 0, 4, 1, 5);
  *reinterpret_cast<Four*>(to + to_step) = __builtin_shufflevector(low[0], low[1], 2, 6, 3, 7);
  *reinterpret_cast<Four*>(to + 2 * to_step) = __builtin_shufflevector(high[0], high[1], 0, 4, 1, 5);
  *reinterpret_cast<Four*>(to + 3 * to_step) = __builtin_shufflevector(high[0], high[1], 2, 6, 3, 7);
#else
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) to[j * to_step + i] = from[i * from_step + j];
  }
#endif
}

// A panel in the order in which tiles read it: to[p · count + q] = from[p · depth_step + q · step]. One of
// the steps is 1.
template <class T>
void pack_panel(const T* from, std::int64_t depth_step, std::int64_t step, std::int64_t depth,
                std::int64_t count, T* to) {
  if (step == 1) {
    for (std::int64_t p = 0; p < depth; ++p) {
      const T* x = from + p * depth_step;
      T* y = to + p * count;
      std::int64_t q = 0;
      for (; q + width<T> <= count; q += width<T>) store<T>(y + q, load<T>(x + q));
      if (q < count) store_part<T>(y + q, load_part<T>(x + q, count - q, T(0)), count - q);
    }
    return;
  }
  std::int64_t q = 0;
  for (; q + 4 <= count; q += 4) {
    std::int64_t p = 0;
    for (; p + 4 <= depth; p += 4) transpose_4x4(from + q * step + p, step, to + p * count + q, count);
    for (; p < depth; ++p) {
      for (std::int64_t i = q; i < q + 4; ++i) to[p * count + i] = from[i * step + p];
    }
  }
  for (; q < count; ++q) {
    for (std::int64_t p = 0; p < depth; ++p) to[p * count + q] = from[q * step + p];
  }
}

// All panels of a block: `length` rows (columns), `size` in a panel.
template <class T>
void pack(const T* from, std::int64_t depth_step, std::int64_t step, std::int64_t depth, std::int64_t length,
          std::int64_t size, T* to) {
  for (std::int64_t i = 0; i < length; i += size) {
    pack_panel(from + i * step, depth_step, step, depth, smaller(size, length - i), to + i * depth);
  }
}

}  // namespace
}  // namespace xgrad::kernels
