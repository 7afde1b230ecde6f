#pragma once

#include <concepts>
#include <limits>

#include <xgrad/core/base/bfloat16.hpp>

namespace xgrad {

/// `value` as a To, defined for every value. C++ leaves open how a floating number beyond an integer's range
/// converts. Here NaN becomes 0, and a number out of range the largest or smallest integer. Fractions are cut
/// off. As a bool, a value is whether it is not 0.
template <class To, class From>
constexpr To convert(From value) {
  if constexpr (std::same_as<From, BFloat16>) {
    return convert<To>(widened(value));
  } else if constexpr (std::same_as<To, BFloat16>) {
    return to_bfloat16(static_cast<float>(value));
  } else if constexpr (std::same_as<To, From>) {
    return value;
  } else if constexpr (std::same_as<To, bool>) {
    return value != From(0);
  } else if constexpr (std::integral<To> && std::floating_point<From>) {
    using Limits = std::numeric_limits<To>;
    constexpr From beyond = static_cast<From>(Limits::max() / 2 + 1) * 2;  // a power of 2, hence exact
    if (value >= beyond) return Limits::max();
    if (value <= static_cast<From>(Limits::min())) return Limits::min();
    return value == value ? static_cast<To>(value) : To(0);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace xgrad
