#pragma once

// What the kernels of layer and RMS normalization share.

#include <algorithm>

#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

/// An element is worth some four simple operations.
inline constexpr std::int64_t normalization_grain = parallel_grain / 4;

/// gamma or beta as a row. If it is undefined, a row of `neutral`, so that the row functions know one case.
inline Tensor affine_row(const Tensor& given, double neutral, const Tensor& x) {
  return given.defined() ? given.contiguous() : full({x.size(-1)}, neutral, x.dtype());
}

/// The rows of a backward pass in blocks, as many for any number of threads.
struct NormalizationBlocks {
  std::int64_t rows, n, count;

  NormalizationBlocks(std::int64_t rows, std::int64_t n)
      : rows(rows),
        n(n),
        count(std::clamp<std::int64_t>(rows * n / normalization_grain, 1,
                                       std::clamp<std::int64_t>(rows, 1, 16))) {}

  /// Calls `body(block, begin, end)` with each block's rows, some at a time.
  template <class Body>
  void for_each(const Body& body) const {
    constexpr std::int64_t most = 64;
    parallel_for(count, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t b = first; b < last; ++b) {
        const std::int64_t end = rows * (b + 1) / count;
        for (std::int64_t r = rows * b / count; r < end; r += most) body(b, r, std::min(r + most, end));
      }
    });
  }
};

/// dgamma or dbeta, a sum over all rows: in T over those of one call of `body`, and from there on in double.
/// The blocks' sums are added in their order, so that the result doesn't depend on the number of threads.
class SumOverRows {
 public:
  SumOverRows() = default;  ///< not wanted
  SumOverRows(const NormalizationBlocks& blocks, DType dtype)
      : few_(zeros({blocks.count, blocks.n}, dtype)), totals_(zeros({blocks.count, blocks.n}, float64)) {}

  /// What a block's rows are added to: n zeros; null where not wanted.
  template <class T>
  T* row(std::int64_t block) const {
    return few_.defined() ? raw<T>(few_) + block * few_.size(1) : nullptr;
  }
  /// Adds that row to its block's sum and leaves zeros.
  template <class T>
  void add_up(std::int64_t block) const {
    if (!few_.defined()) return;
    const std::int64_t n = few_.size(1);
    T* few = row<T>(block);
    double* total = raw<double>(totals_) + block * n;
    for (std::int64_t j = 0; j < n; ++j) total[j] += static_cast<double>(few[j]);
    std::fill_n(few, n, T(0));
  }
  Tensor total() const {
    return few_.defined() ? sum(totals_, only_dim(0), /*keepdim=*/false).to(few_.dtype()) : Tensor();
  }

 private:
  Tensor few_, totals_;  // (blocks, n)
};

}  // namespace xgrad::kernels
