#include <xgrad/core/base/number_text.hpp>

#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace xgrad {
namespace {

// float64 has up to 309 digits before the point.
using Buffer = std::array<char, 512>;

#ifdef __cpp_lib_to_chars

template <class T, class... Format>
std::string text_of(T value, Format... format) {
  Buffer buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...).ptr;
  return {buffer.data(), end};
}

template <class T>
std::string text_of(T value, NumberStyle style, int precision) {
  const auto format = style == NumberStyle::fixed ? std::chars_format::fixed : std::chars_format::scientific;
  return precision < 0 ? text_of(value, format) : text_of(value, format, precision);
}

#else  // libc++ 13, which Emscripten 3.1 has

std::string printed(double value, NumberStyle style, int precision) {
  Buffer buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), style == NumberStyle::fixed ? "%.*f" : "%.*e",
                                 precision, value);
  return {buffer.data(), static_cast<std::size_t>(size)};
}

template <class T>
bool reads_back(const std::string& text, T value) {
  return (sizeof(T) == 4 ? std::strtof(text.c_str(), nullptr) : std::strtod(text.c_str(), nullptr)) == value;
}

template <class T>
std::string text_of(T value, NumberStyle style, int precision) {
  if (precision >= 0 || value - value != T(0)) return printed(value, style, precision);
  int digits = 0;  // behind the point of the scientific style
  std::string text = printed(value, NumberStyle::scientific, digits);
  while (!reads_back(text, value)) text = printed(value, NumberStyle::scientific, ++digits);
  if (style == NumberStyle::scientific) return text;
  const int exponent = std::atoi(text.c_str() + text.find('e') + 1);
  return printed(value, style, digits > exponent ? digits - exponent : 0);
}

template <class T>
std::string text_of(T value) {
  const std::string fixed = text_of(value, NumberStyle::fixed, -1);
  const std::string scientific = text_of(value, NumberStyle::scientific, -1);
  return fixed.size() <= scientific.size() ? fixed : scientific;
}

#endif

}  // namespace

std::string number_text(double value) { return text_of(value); }
std::string number_text(float value) { return text_of(value); }
std::string number_text(double value, NumberStyle style, int precision) {
  return text_of(value, style, precision);
}
std::string number_text(float value, NumberStyle style, int precision) {
  return text_of(value, style, precision);
}

bool read_number(std::string_view text, double& number) {
#ifdef __cpp_lib_to_chars
  double read = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (error != std::errc() || end != text.data() + text.size()) return false;
#else
  // strtod also takes blanks and a plus sign in front, and hexadecimal digits.
  if (text.empty() || text[0] == '+' || std::isspace(text[0]) || text.find_first_of("xX") != text.npos)
    return false;
  const std::string copy(text);
  char* end = nullptr;
  errno = 0;
  const double read = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size()) return false;
  if (errno == ERANGE && (read == 0 || std::isinf(read))) return false;
#endif
  number = read;
  return true;
}

}  // namespace xgrad
