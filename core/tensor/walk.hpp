#pragma once

#include <array>
#include <cstdint>

#include <xgrad/core/base/shape.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>

namespace xgrad::kernels {

template <int N>
using Offsets = std::array<std::int64_t, static_cast<std::size_t>(N)>;

/// Walks N operands of one shape row by row. Each has strides of its own, 0 along a dim it is broadcast in.
/// Neighbouring dims are merged if all operands' strides allow it, so contiguous operands are one long row.
template <int N>
class Walk {
 public:
  Walk(const Shape& shape, const std::array<Strides, static_cast<std::size_t>(N)>& strides);

  /// Calls `row(offsets, steps, n)`: operand k's elements are at offsets[k] + i · steps[k] for i in [0, n).
  /// The threads divide the rows, or the elements of one long row, by parallel_for with `grain` elements.
  template <class Row>
  void for_each_row(std::int64_t grain, const Row& row) const {
    if (numel_ == 0) return;
    const bool is_one_row = outer_.empty();
    parallel_for(is_one_row ? row_ : outer_.numel(), is_one_row ? grain : grain / row_ + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   const std::int64_t rows = is_one_row ? 1 : end - begin;
                   const std::int64_t n = is_one_row ? end - begin : row_;
                   // Copies on the stack stay in registers: no write through an operand can change them.
                   const Row row_here = row;
                   const Offsets<N> steps = row_steps_;
                   Shape index = unravel_index(is_one_row ? 0 : begin, outer_);
                   Offsets<N> offsets;
                   for (std::size_t k = 0; k < N; ++k)
                     offsets[k] = is_one_row ? begin * steps[k] : offset_of(index, steps_[k]);
                   for (std::int64_t r = 0; r < rows; ++r) {
                     row_here(offsets, steps, n);
                     for (int i = outer_.dim() - 1; i >= 0; --i) {  // count one up, as an odometer does
                       for (std::size_t k = 0; k < N; ++k) offsets[k] += steps_[k][i];
                       if (++index[i] < outer_[i]) break;
                       for (std::size_t k = 0; k < N; ++k) offsets[k] -= outer_[i] * steps_[k][i];
                       index[i] = 0;
                     }
                   }
                 });
  }
  template <class Row>
  void for_each_row(const Row& row) const {
    for_each_row(parallel_grain, row);
  }

 private:
  std::int64_t numel_ = 1;
  Shape outer_;
  std::array<Strides, static_cast<std::size_t>(N)> steps_;
  std::int64_t row_ = 1;
  Offsets<N> row_steps_{};
};

extern template class Walk<1>;
extern template class Walk<2>;
extern template class Walk<3>;
extern template class Walk<4>;

}  // namespace xgrad::kernels
