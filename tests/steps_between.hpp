#pragma once

// Differences in units in the last place.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace xgrad {

/// The number of representable values between the two; very large if only one is NaN.
template <class T>
std::int64_t steps_between(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b) ? 0 : INT64_MAX;
  const auto place = [](T x) {  // in the order of all numbers, 0 and −0 being one
    Bits bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? -std::int64_t{bits & std::numeric_limits<Bits>::max()} : std::int64_t{bits};
  };
  std::int64_t steps = 0;
  if (__builtin_sub_overflow(place(a), place(b), &steps)) return INT64_MAX;
  return std::abs(steps);
}

}  // namespace xgrad
