#pragma once

// What the kernels of layer and RMS normalization share.

#include <algorithm>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/parallel.hpp>
#include <xgrad/core/kernels/rows/math.hpp>

namespace xgrad::kernels {

/// An element is worth some four simple operations.
inline constexpr std::int64_t normalization_grain = parallel_grain / 4;

/// gamma or beta as a row; `neutral` repeated where there is none, so that the row functions know one case.
inline Tensor affine_row(const Tensor& given, double neutral, const Tensor& x) {
  return given.defined() ? given.contiguous() : full({x.size(-1)}, neutral, x.dtype());
}

/// The rows of a backward pass in blocks, each of which sums its own dgamma (and dbeta). These are added up
/// in the blocks' order, so that the result doesn't depend on the number of threads.
struct NormalizationBlocks {
  std::int64_t rows, n, count;

  NormalizationBlocks(std::int64_t rows, std::int64_t n)
      : rows(rows),
        n(n),
        count(std::clamp<std::int64_t>(rows * n / normalization_grain, 1,
                                       std::clamp<std::int64_t>(rows, 1, 16))) {}

  /// Calls `body(block, begin, end)` with each block's rows.
  template <class Body>
  void for_each(const Body& body) const {
    parallel_for(count, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t b = first; b < last; ++b) body(b, rows * b / count, rows * (b + 1) / count);
    });
  }

  /// Of sums (count, n): the first becomes that of all.
  template <class T>
  void add_up(T* sums) const {
    for (std::int64_t b = 1; b < count; ++b)
      kernels::rows<MathRows<T>>().add_scaled(sums + b * n, T(1), sums, n);
  }
};

}  // namespace xgrad::kernels
