#include <xgrad/training/markup.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace xgrad::training {
namespace {

constexpr std::string_view replacement = "\uFFFD";

// The length of the character of UTF-8 (RFC 3629, section 4) that the text starts with; 0 if there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto trails = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return false;
    }
    return true;
  };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return trails(1, 2) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool is_overlong = first == 0xE0 && second < 0xA0, is_surrogate = first == 0xED && second > 0x9F;
    return trails(1, 3) && !is_overlong && !is_surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool is_outside = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return trails(1, 4) && !is_outside ? 4 : 0;
  }
  return 0;
}

}  // namespace

void append(std::string& page, std::string_view pattern, std::initializer_list<Slot> slots) {
  const Slot* next = slots.begin();
  for (const char c : pattern) {
    if (c != '$') {
      page += c;
      continue;
    }
    const Slot& slot = *next++;
    if (slot.kind_ == Slot::Kind::markup) {
      page += slot.text_;
    } else if (slot.kind_ == Slot::Kind::text) {
      page += escaped(slot.text_);
    } else {
      page += slot.digits_ > 0 ? short_number(slot.number_, slot.digits_)
                               : short_number(std::round(slot.number_ * 10) / 10, 5);
    }
  }
}

std::string escaped(std::string_view text) {
  constexpr std::string_view special = "&<>\"'";
  constexpr std::array<std::string_view, 5> entities{"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const char c = text.front();
    const bool is_control = (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') || c == '\x7F';
    const std::size_t entity = special.find(c);
    out += length == 0 || is_control          ? replacement
           : entity != std::string_view::npos ? entities[entity]
                                              : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

std::string visible_token(std::string_view token) {
  constexpr std::string_view blanks = " \n\t";
  constexpr std::array<std::string_view, 3> signs{"\u2423", "\u23CE", "\u21E5"};
  std::string out;
  for (const char& c : token) {
    const std::size_t blank = blanks.find(c);
    out += blank == std::string_view::npos ? std::string_view(&c, 1) : signs[blank];
  }
  return out;
}

std::string short_number(double value, int digits) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  const bool is_long_whole = std::abs(value) >= 1000 && std::abs(value) < 1e7 && value == std::round(value);
  std::array<char, 40> buffer;
  std::string text(buffer.data(), static_cast<std::size_t>(std::snprintf(buffer.data(), buffer.size(), "%.*g",
                                                                         is_long_whole ? 7 : digits, value)));
  // 3.2e-05 → 3.2e-5, 1e+06 → 1e6
  if (const std::size_t e = text.find('e'); e != std::string::npos) {
    const std::size_t first = text.find_first_not_of("+-0", e + 1);
    text = text.substr(0, e + 1) + (text[e + 1] == '-' ? "-" : "") + text.substr(first);
  }
  return text;
}

std::string grouped_number(std::int64_t value) {
  std::string text = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t i = text.size(); i > first + 3;) text.insert(i -= 3, ",");
  return text;
}

}  // namespace xgrad::training
