#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// Rows of scores on their way into a softmax: scale · x, plus `added` or only where `kept`. Each operand has
/// a step of its own from row to row, 0 where one mask row serves all. A mask that is not there is null.
template <class T>
struct ScoreRows {
  const T* x;
  std::int64_t x_step;
  T scale;
  const T* added;
  const bool* kept;
  std::int64_t mask_step;
  bool zero_if_all_masked;  ///< a row that the mask hides gives 0, not NaN
};

/// Each function works on `rows` rows of n elements; what is not in ScoreRows lies row after row.
template <class T>
struct SoftmaxRows {
  void (*softmax)(const ScoreRows<T>& scores, T* y, std::int64_t rows, std::int64_t n);
  void (*log_softmax)(const T* x, T* y, std::int64_t rows, std::int64_t n);
};

/// From the gradients g of their results y.
template <class T>
struct SoftmaxGradientRows {
  void (*softmax)(const T* g, const T* y, T scale, T* dx, std::int64_t rows, std::int64_t n);
  void (*log_softmax)(const T* g, const T* y, T* dx, std::int64_t rows, std::int64_t n);
};

}  // namespace xgrad::kernels
