#pragma once

// Rows whose squares leave T's range. For rows/*.cpp only.

#include <cstdint>
#include <limits>

namespace xgrad::kernels {
namespace {

// False if a sum of squares has overflowed, or is so small that squares below the normal numbers count in it.
template <class T>
inline bool holds_digits(T sum) {
  constexpr T epsilon = std::numeric_limits<T>::epsilon();
  return sum >= std::numeric_limits<T>::min() / epsilon / epsilon && sum <= std::numeric_limits<T>::max();
}

// The divisor of a row before its elements are squared: the largest |x|; 1 if that is 0 or infinite.
template <class T>
inline double unit_of(const T* x, std::int64_t n) {
  double largest = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto size = static_cast<double>(x[i] < 0 ? -x[i] : x[i]);
    if (size > largest) largest = size;
  }
  return largest > 0 && largest <= std::numeric_limits<double>::max() ? largest : 1;
}

}  // namespace
}  // namespace xgrad::kernels
