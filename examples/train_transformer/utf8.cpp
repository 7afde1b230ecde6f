#include "utf8.hpp"

#include <cstddef>
#include <iomanip>
#include <sstream>
#include <stdexcept>

namespace {

std::string hex(unsigned number, int digits) {
  std::ostringstream text;
  text << std::hex << std::uppercase << std::setw(digits) << std::setfill('0') << number;
  return text.str();
}

unsigned byte_at(std::string_view bytes, std::size_t position) {
  return position < bytes.size() ? static_cast<unsigned char>(bytes[position]) : 0;
}

struct Lead {
  std::size_t length = 0;     // of the sequence; 0: no sequence starts with this byte
  unsigned bits = 0;          // of the code point, held by the lead
  unsigned from = 0, to = 0;  // range of the second byte: rules out overlong forms, surrogates, and
                              // code points that are too large
};

Lead lead_of(unsigned byte) {
  if (byte < 0x80) return {1, byte, 0, 0};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {2, byte & 0x1F, 0x80, 0xBF};
  if (byte < 0xF0) return {3, byte & 0x0F, byte == 0xE0 ? 0xA0U : 0x80U, byte == 0xED ? 0x9FU : 0xBFU};
  if (byte < 0xF5) return {4, byte & 0x07, byte == 0xF0 ? 0x90U : 0x80U, byte == 0xF4 ? 0x8FU : 0xBFU};
  return {};
}

[[noreturn]] void refuse(const std::string& source, unsigned byte, std::size_t position, const char* why) {
  throw std::runtime_error(source + " is not text in UTF-8: byte 0x" + hex(byte, 2) + " at position " +
                           std::to_string(position) + ", counted from 0, " + why);
}

}  // namespace

std::u32string decode_utf8(std::string_view bytes, const std::string& source) {
  std::u32string text;
  text.reserve(bytes.size());
  for (std::size_t start = 0; start < bytes.size();) {
    const unsigned first = byte_at(bytes, start);
    if (first == 0) refuse(source, first, start, "is a NUL");
    const Lead lead = lead_of(first);
    bool is_whole = lead.length > 0;
    char32_t point = lead.bits;
    for (std::size_t i = 1; i < lead.length; ++i) {
      const unsigned byte = byte_at(bytes, start + i);
      is_whole = is_whole && byte >= (i == 1 ? lead.from : 0x80U) && byte <= (i == 1 ? lead.to : 0xBFU);
      point = point << 6 | (byte & 0x3F);
    }
    if (!is_whole) refuse(source, first, start, "starts no valid character");
    text += point;
    start += lead.length;
  }
  return text;
}

std::string encode_utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t point : text) {
    const auto append = [&](char32_t byte) { bytes += static_cast<char>(byte); };
    const auto append_tail = [&](int shift) { append(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) {
      append(point);
    } else if (point < 0x800) {
      append(0xC0 | point >> 6);
      append_tail(0);
    } else if (point < 0x10000) {
      append(0xE0 | point >> 12);
      append_tail(6);
      append_tail(0);
    } else {
      append(0xF0 | point >> 18);
      append_tail(12);
      append_tail(6);
      append_tail(0);
    }
  }
  return bytes;
}

std::string name_of(char32_t character) {
  const bool is_control = character < 0x20 || (character >= 0x7F && character < 0xA0);
  std::ostringstream name;
  if (!is_control) name << '\'' << encode_utf8({&character, 1}) << "' (";
  name << "U+" << hex(character, 4) << (is_control ? "" : ")");
  return std::move(name).str();
}
