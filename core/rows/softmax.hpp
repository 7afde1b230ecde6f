#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>
#include <xgrad/core/rows/mask.hpp>

namespace xgrad::kernels {

/// The input of a softmax: scale · x with a mask.
template <class T>
struct ScoreRows {
  const T* x;
  std::int64_t x_step;  ///< from one row to the next
  T scale;
  MaskRows<T> mask;
  bool zero_if_all_masked;  ///< a row that the mask hides gives 0, not NaN
};

/// Each function works on `rows` rows of n elements. All arrays but the scores are contiguous.
template <class T>
struct SoftmaxRows {
  void (*softmax)(const ScoreRows<T>& scores, T* y, std::int64_t rows, std::int64_t n);
  void (*log_softmax)(const T* x, T* y, std::int64_t rows, std::int64_t n);
};

/// dx from the gradient g of the result y.
template <class T>
struct SoftmaxGradientRows {
  void (*softmax)(const T* g, const T* y, T scale, T* dx, std::int64_t rows, std::int64_t n);
  void (*log_softmax)(const T* g, const T* y, T* dx, std::int64_t rows, std::int64_t n);
};

}  // namespace xgrad::kernels
