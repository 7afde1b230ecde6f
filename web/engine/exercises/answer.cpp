#include "answer.hpp"

#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace xgrad::web {
namespace {

[[noreturn]] void refuse(const std::string& problem) { throw std::invalid_argument("[answer] " + problem); }

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string with_plain_minus(const std::string& text) {
  const std::string minus = "−";
  std::string plain;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(minus, from)) != std::string::npos; from = at + minus.size()) {
    plain.append(text, from, at - from);
    plain += '-';
  }
  return plain.append(text, from);
}

// strtod also reads words such as nan, and hexadecimal numbers.
double decimal(const std::string& part, const std::string& whole) {
  const std::string text = trimmed(part);
  if (text.empty() || text.find_first_not_of("0123456789.+-eE") != std::string::npos) {
    if (text.find(',') != std::string::npos)
      refuse("\"" + whole + "\" has a comma: write a point, as in 0.35");
    refuse("\"" + whole + "\" is not a number: write one such as 0.35, 2e-3 or 3/7");
  }
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (*end != '\0') refuse("\"" + whole + "\" is not a number: write one such as 0.35, 2e-3 or 3/7");
  if (std::isinf(number)) refuse("\"" + whole + "\" is too large for a float64, which ends at 1.8e308");
  return number;
}

}  // namespace

double number_of(const std::string& text) {
  const std::string whole = trimmed(text), plain = with_plain_minus(whole);
  if (whole.empty()) refuse("the field is empty: write a number such as 0.35, 2e-3 or 3/7");
  if (whole.size() > 60) refuse("the number is too long: 60 characters are enough");
  const std::size_t slash = plain.find('/');
  if (slash == std::string::npos) return decimal(plain, whole);
  const double number = decimal(plain.substr(0, slash), whole) / decimal(plain.substr(slash + 1), whole);
  if (!std::isfinite(number))
    refuse("\"" + whole + "\" divides by 0 or is too large: write a number such as 0.35, 2e-3 or 3/7");
  return number;
}

}  // namespace xgrad::web
