#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

/// The number with the fewest digits that give it back.
template <class Number>
std::string number_text(Number value) {
  std::array<char, 32> digits;
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

/// Reads the whole text as a number of this type. False if it is none; then `value` stays.
template <class Number>
bool read_number(std::string_view text, Number& value) {
  Number read{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, read);
  if (error != std::errc() || stop != end) return false;
  value = read;
  return true;
}
