#pragma once

#include <cstdint>

#include <xgrad/core/base/bit_cast.hpp>

namespace xgrad {

/// The upper half of a float32: its sign, its 8 bits of exponent and 7 of its 23 bits of fraction. It has the
/// range of float32 and 2 to 3 decimal digits.
struct BFloat16 {
  std::uint16_t bits;
};

constexpr float widened(BFloat16 x) { return bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16); }

/// The nearest BFloat16; of two at the same distance, the one whose last bit is 0. A NaN stays a NaN, and a
/// number that lies closer to 2^128 than to the largest BFloat16 becomes infinite.
constexpr BFloat16 to_bfloat16(float x) {
  const auto bits = bit_cast<std::uint32_t>(x);
  const std::uint32_t nearest = bits + 0x7FFF + ((bits >> 16) & 1), quiet_nan = bits | 0x400000;
  return {static_cast<std::uint16_t>((x == x ? nearest : quiet_nan) >> 16)};
}

}  // namespace xgrad
