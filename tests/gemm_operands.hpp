#pragma once

// Operands for tests of gemm.

#include <type_traits>
#include <vector>

#include "whole_numbers.hpp"

#include <xgrad/core/base/convert.hpp>
#include <xgrad/core/kernels/gemm.hpp>

namespace xgrad {

// Whole numbers of less than 8 bits, which BFloat16 holds exactly.
template <class Of>
std::vector<Of> factors(std::int64_t count, std::int64_t seed) {
  if constexpr (std::is_same_v<Of, BFloat16>) {
    std::vector<Of> x;
    for (const float number : whole_numbers<float>(count, seed)) x.push_back(to_bfloat16(number));
    return x;
  } else {
    return whole_numbers<Of>(count, seed);
  }
}

template <class T>
kernels::Operand<T> operand(bool is_transposed, const T* first, std::int64_t row_stride) {
  return is_transposed ? kernels::transposed(first, row_stride) : kernels::row_major(first, row_stride);
}

}  // namespace xgrad
