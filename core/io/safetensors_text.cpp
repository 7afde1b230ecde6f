#include <xgrad/core/io/safetensors_text.hpp>

#include <string_view>

namespace xgrad::safetensors {

std::string quoted(const std::string& text) {
  constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt", digits = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t i = special.find(c); i != std::string_view::npos) {
      json += {'\\', letters[i]};
    } else if (byte < 0x20) {
      json += {'\\', 'u', '0', '0', digits[byte / 16], digits[byte % 16]};
    } else {
      json += c;
    }
  }
  return json += '"';
}

std::string cut(std::string text) {
  std::size_t most = most_shown;
  if (text.size() <= most) return text;
  while ((text[most] & 0xc0) == 0x80) --most;  // a byte inside a UTF-8 character
  return text.replace(most, std::string::npos, "...");
}

std::string shown_name(const std::string& name) { return cut(quoted(name.substr(0, 2 * most_shown))); }

}  // namespace xgrad::safetensors
