#pragma once

// Copies the operands of a product into the order in which its tiles read them. For rows/gemm*.cpp only.

#include <xgrad/core/rows/shuffle.hpp>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t step) { return (a + step - 1) / step * step; }

// The size of blocks that divide n evenly: a multiple of `unit`, at most `largest` rounded up to one.
inline std::int64_t even_block(std::int64_t n, std::int64_t largest, std::int64_t unit) {
  if (n <= largest) return n;
  const std::int64_t count = (n + largest - 1) / largest;
  return round_up((n + count - 1) / count, unit);
}

// Turns n rows into n columns of a panel.
template <class T, int n>
inline void pack_rows(const T* from, std::int64_t step, std::int64_t depth, T* to, std::int64_t to_step) {
  std::int64_t p = 0;
  if constexpr (n % 4 == 0 && width<T> >= 4) {  // four of a row fit a register
    for (; p + 4 <= depth; p += 4) transpose_four_columns<T, n>(from + p, step, to + p * to_step, to_step);
  }
  for (; p < depth; ++p) {
    for (int q = 0; q < n; ++q) to[p * to_step + q] = from[q * step + p];
  }
}

// A panel in the order in which tiles read it: to[p · count + q] = from[p · depth_step + q · step]. One of
// the steps is 1. If `length` elements may be read from the panel's first on, whole batches are copied, and
// the next row overwrites the excess.
template <class T>
void pack_panel(const T* from, std::int64_t depth_step, std::int64_t step, std::int64_t depth,
                std::int64_t count, std::int64_t length, T* to) {
  if (step == 1) {
    const std::int64_t whole = round_up(count, width<T>);
    if (whole <= length) {
      for (std::int64_t p = 0; p < depth; ++p) {
        const T* x = from + p * depth_step;
        for (std::int64_t q = 0; q < whole; q += width<T>) store<T>(to + p * count + q, load<T>(x + q));
      }
      return;
    }
    for (std::int64_t p = 0; p < depth; ++p) {
      const T* x = from + p * depth_step;
      T* y = to + p * count;
      std::int64_t q = 0;
      for (; q + width<T> <= count; q += width<T>) store<T>(y + q, load<T>(x + q));
      if (q < count) store_part<T>(y + q, load_part<T>(x + q, count - q, T(0)), count - q);
    }
    return;
  }
  constexpr auto lanes = width<T>;
  std::int64_t q = 0;
  if constexpr (lanes > 4) {
    for (; q + lanes <= count; q += lanes) pack_rows<T, lanes>(from + q * step, step, depth, to + q, count);
  }
  if constexpr (lanes > 8) {
    for (; q + 8 <= count; q += 8) pack_rows<T, 8>(from + q * step, step, depth, to + q, count);
  }
  for (; q + 4 <= count; q += 4) pack_rows<T, 4>(from + q * step, step, depth, to + q, count);
  for (; q < count; ++q) pack_rows<T, 1>(from + q * step, step, depth, to + q, count);
}

constexpr std::int64_t widest_panel = 32;  // rows or columns

// The same of BFloat16, which become float32.
inline void pack_panel(const BFloat16* from, std::int64_t depth_step, std::int64_t step, std::int64_t depth,
                       std::int64_t count, std::int64_t length, float* to) {
  if (step == 1) {
    for (std::int64_t p = 0; p < depth; ++p) {
      const BFloat16* x = from + p * depth_step;
      batches_from<float>(0, count, [&](auto at) { at.store(to + p * count, at.load(x)); });
    }
    return;
  }
  constexpr std::int64_t steps = 64;  // at once: the rows stay in the first-level cache
  float rows[widest_panel * steps];   // widened
  for (std::int64_t p = 0; p < depth; p += steps) {
    const std::int64_t part = smaller(steps, depth - p);
    for (std::int64_t q = 0; q < count; ++q) {
      const BFloat16* x = from + q * step + p;
      batches_from<float>(0, part, [&](auto at) { at.store(rows + q * steps, at.load(x)); });
    }
    pack_panel(rows, 1, steps, part, count, length, to + p * count);
  }
}

// A length in parts of `size` elements. The first `longer` parts have one more, the last has the rest.
struct Parts {
  std::int64_t length, size, longer;
};
inline Parts full_parts(std::int64_t length, std::int64_t size) { return {length, size, 0}; }
// Parts of nearly equal size: a tile of a single row would wait for its own sums.
inline Parts even_parts(std::int64_t length, std::int64_t largest) {
  if (length <= largest) return {length, length, 0};
  const std::int64_t count = (length + largest - 1) / largest, size = length / count;
  return {length, size, length - size * count};
}
// Calls function(start, size) for each part.
template <class Function>
void for_each_part(const Parts& parts, Function function) {
  std::int64_t at = 0;
  for (std::int64_t i = 0; at < parts.length; ++i) {
    const std::int64_t size = smaller(parts.size + (i < parts.longer ? 1 : 0), parts.length - at);
    function(at, size);
    at += size;
  }
}

}  // namespace
}  // namespace xgrad::kernels
