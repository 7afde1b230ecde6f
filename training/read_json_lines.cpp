#include <xgrad/training/read_json_lines.hpp>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <xgrad/core/base/number_text.hpp>

namespace xgrad::training {
namespace {

struct NotALine {};  // thrown by the reader, which does not know the line's number

class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {}

  Fields object() {
    Fields fields;
    expect('{');
    while (!take('}')) {
      if (!fields.empty()) expect(',');
      std::string name = string();
      expect(':');
      fields.emplace_back(std::move(name), value());
    }
    skip_blanks();
    if (!text_.empty()) throw NotALine();
    return fields;
  }

 private:
  void skip_blanks() {
    const std::size_t end = text_.find_first_not_of(" \t\r");
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end);
  }

  bool take(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool take(char c) { return take(std::string_view(&c, 1)); }
  void expect(char c) {
    if (!take(c)) throw NotALine();
  }

  char next() {
    if (text_.empty()) throw NotALine();
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }

  FieldValue value() {
    skip_blanks();
    if (text_.starts_with('"')) return string();
    if (take("true")) return true;
    if (take("false")) return false;
    if (take("null")) return std::numeric_limits<double>::quiet_NaN();
    const std::string_view digits = text_.substr(0, text_.find_first_not_of("+-.0123456789eE"));
    if (digits.find_first_of(".eE") == std::string_view::npos) {
      std::int64_t whole = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
      if (error == std::errc() && end == digits.data() + digits.size()) {
        text_.remove_prefix(digits.size());
        return whole;
      }
    }
    double number = 0;
    if (!read_number(digits, number)) throw NotALine();
    text_.remove_prefix(digits.size());
    return number;
  }

  std::string string() {
    expect('"');
    std::string text;
    for (char c = next(); c != '"'; c = next()) {
      if (c != '\\') {
        text += c;
        continue;
      }
      const char escape = next();
      constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
      if (const std::size_t i = letters.find(escape); i != std::string_view::npos) {
        text += meant[i];
      } else if (escape == 'u') {
        append_utf8(text, code_point());
      } else {
        throw NotALine();
      }
    }
    return text;
  }

  char32_t code_unit() {
    std::uint32_t unit = 0;
    if (text_.size() < 4) throw NotALine();
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + 4, unit, 16);
    if (error != std::errc() || end != text_.data() + 4) throw NotALine();
    text_.remove_prefix(4);
    return unit;
  }

  // A character beyond U+FFFF is written as two surrogates (RFC 8259, section 7).
  char32_t code_point() {
    const char32_t unit = code_unit();
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    if (unit > 0xDBFF || next() != '\\' || next() != 'u') throw NotALine();
    const char32_t low = code_unit();
    if (low < 0xDC00 || low > 0xDFFF) throw NotALine();
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }

  static void append_utf8(std::string& text, char32_t c) {
    const auto trail = [&](int shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      text += static_cast<char>(0xC0 | (c >> 6));
      trail(0);
    } else if (c < 0x10000) {
      text += static_cast<char>(0xE0 | (c >> 12));
      trail(6), trail(0);
    } else {
      text += static_cast<char>(0xF0 | (c >> 18));
      trail(12), trail(6), trail(0);
    }
  }

  std::string_view text_;
};

std::string read_all(const std::filesystem::path& path) {
  std::error_code none;  // opening reports a missing file
  if (std::filesystem::is_other(path, none))
    throw std::runtime_error("cannot read " + path.string() + ": it is not a regular file");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  std::string text, part(1 << 16, '\0');
  while (file) {
    const std::size_t count = std::fread(part.data(), 1, part.size(), file.get());
    if (count == 0) break;
    text.append(part, 0, count);
  }
  if (file && std::ferror(file.get()) == 0) return text;
  throw std::runtime_error("cannot read " + path.string() + ": " + std::system_category().message(errno));
}

}  // namespace

std::vector<Fields> read_json_lines(const std::filesystem::path& path) {
  const std::string text = read_all(path);
  std::vector<Fields> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    try {
      lines.push_back(LineReader(std::string_view(text).substr(begin, end - begin)).object());
    } catch (const NotALine&) {
      throw std::runtime_error(path.string() + ", line " + std::to_string(lines.size() + 1) +
                               ": expected a JSON object of numbers, strings, true, false or null");
    }
  }
  return lines;
}

}  // namespace xgrad::training
