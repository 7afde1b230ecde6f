#pragma once

#include <array>
#include <cstdint>

#include <xgrad/core/kernels/parallel.hpp>
#include <xgrad/core/shape.hpp>

namespace xgrad::kernels {

template <int N>
using Offsets = std::array<std::int64_t, static_cast<std::size_t>(N)>;

/// N operands of one shape, each with strides of its own (0 where it is broadcast), walked row by row.
/// Neighbouring dims are merged wherever all operands' strides allow, so a contiguous operand set is one long
/// row.
template <int N>
class Walk {
 public:
  Walk(const Shape& shape, const std::array<Strides, static_cast<std::size_t>(N)>& strides) {
    numel_ = shape.numel();
    if (numel_ == 0) return;
    for (int i = 0; i < shape.dim(); ++i) {
      if (shape[i] == 1) continue;
      if (outer_.dim() > 0 && merges(strides, i, shape[i])) {
        outer_.back() *= shape[i];
        for (std::size_t k = 0; k < N; ++k) steps_[k].back() = strides[k][i];
      } else {
        outer_.push_back(shape[i]);
        for (std::size_t k = 0; k < N; ++k) steps_[k].push_back(strides[k][i]);
      }
    }
    if (outer_.empty()) return;  // one element
    const int last = outer_.dim() - 1;
    row_ = outer_[last];
    for (std::size_t k = 0; k < N; ++k) {
      row_steps_[k] = steps_[k][last];
      steps_[k].erase(last);
    }
    outer_.erase(last);
  }

  /// Calls `row(offsets, steps, n)`: operand k's elements are at offsets[k] + i · steps[k] for i in [0, n).
  /// Threads share the rows, or one long row's parts, where a part has `grain` elements or more.
  template <class Row>
  void for_each_row(std::int64_t grain, const Row& row) const {
    if (numel_ == 0) return;
    const std::int64_t rows = outer_.numel();
    if (rows == 1) {
      parallel_for(row_, grain, [&](std::int64_t begin, std::int64_t end) {
        Offsets<N> offsets;
        for (std::size_t k = 0; k < N; ++k) offsets[k] = begin * row_steps_[k];
        row(offsets, row_steps_, end - begin);
      });
      return;
    }
    parallel_for(rows, grain / row_ + 1,
                 [&](std::int64_t begin, std::int64_t end) { some_rows(begin, end, row); });
  }
  template <class Row>
  void for_each_row(const Row& row) const {
    for_each_row(parallel_grain, row);
  }

 private:
  bool merges(const std::array<Strides, static_cast<std::size_t>(N)>& strides, int i,
              std::int64_t size) const {
    for (std::size_t k = 0; k < N; ++k) {
      if (steps_[k].back() != strides[k][i] * size) return false;
    }
    return true;
  }

  template <class Row>
  void some_rows(std::int64_t begin, std::int64_t end, const Row& row) const {
    Shape index = unravel_index(begin, outer_);
    Offsets<N> offsets{};
    for (std::size_t k = 0; k < N; ++k) {
      for (int i = 0; i < outer_.dim(); ++i) offsets[k] += index[i] * steps_[k][i];
    }
    for (std::int64_t r = begin; r < end; ++r) {
      row(offsets, row_steps_, row_);
      for (int i = outer_.dim() - 1; i >= 0; --i) {  // count one up, as an odometer does
        for (std::size_t k = 0; k < N; ++k) offsets[k] += steps_[k][i];
        if (++index[i] < outer_[i]) break;
        for (std::size_t k = 0; k < N; ++k) offsets[k] -= outer_[i] * steps_[k][i];
        index[i] = 0;
      }
    }
  }

  std::int64_t numel_ = 1;
  Shape outer_;
  std::array<Strides, static_cast<std::size_t>(N)> steps_;
  std::int64_t row_ = 1;
  Offsets<N> row_steps_{};
};

}  // namespace xgrad::kernels
