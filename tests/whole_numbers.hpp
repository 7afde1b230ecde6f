#pragma once

// Operands for matrix products.

#include <cstdint>
#include <vector>

namespace xgrad {

/// Small whole numbers: every order of summation gives the same result.
template <class T>
std::vector<T> whole_numbers(std::int64_t count, std::int64_t seed) {
  std::vector<T> x(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<T>((static_cast<std::int64_t>(i) * 7919 + seed) % 17 - 8);
  }
  return x;
}

}  // namespace xgrad
