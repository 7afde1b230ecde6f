#pragma once

#include <algorithm>
#include <cstdint>

#include <xgrad/core/base/shape.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>

namespace xgrad::kernels {

/// At most this many columns are walked at once: their running totals stay in registers or in the first
/// cache.
constexpr std::int64_t most_columns = 256;

/// Calls f(matrix, column, n) for n columns of a matrix from `column` on, until all columns of all matrices
/// (size, inner) are done. The threads share the columns.
template <class F>
void for_each_columns(const AroundDim& around, const F& f) {
  const std::int64_t inner = around.inner;
  parallel_for(around.outer * inner, parallel_grain / around.size + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 while (begin < end) {
                   const std::int64_t column = begin % inner;
                   const std::int64_t n = std::min({most_columns, inner - column, end - begin});
                   f(begin / inner, column, n);
                   begin += n;
                 }
               });
}

}  // namespace xgrad::kernels
