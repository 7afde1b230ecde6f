#include "sums.hpp"

#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "../command_line/number_text.hpp"

namespace {

void append_digits(std::string& text, std::int64_t number, std::size_t digits) {
  const std::string shortest = std::to_string(number);
  text.append(digits - shortest.size(), '0').append(shortest);
}

std::string without_blanks(std::string_view text) {
  std::string rest;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r') rest += c;
  }
  return rest;
}

// A number from 0 up to `most`, made of digits only.
std::optional<std::int64_t> number_in(std::string_view text, std::int64_t most) {
  std::int64_t number = -1;
  const bool is_number = read_number(text, number) && text[0] != '-';
  return is_number && number <= most ? std::optional(number) : std::nullopt;
}

// a+b
std::optional<Sum> sum_in(std::string_view text) {
  const std::size_t plus = text.find('+');
  if (plus == std::string_view::npos) return {};
  const auto a = number_in(text.substr(0, plus), Sum::numbers - 1);
  const auto b = number_in(text.substr(plus + 1), Sum::numbers - 1);
  return a && b ? std::optional(Sum{*a, *b}) : std::nullopt;
}

}  // namespace

std::string question_of(const Sum& sum) {
  std::string text;
  append_digits(text, sum.a, 3);
  text += '+';
  append_digits(text, sum.b, 3);
  return text + '=';
}

std::string answer_of(const Sum& sum) {
  std::string text;
  append_digits(text, sum.a + sum.b, Sum::digits);
  return text;
}

Sum read_sum(const std::string& text) {
  std::string sum = without_blanks(text);
  if (sum.ends_with('=')) sum.pop_back();
  const std::optional<Sum> read = sum_in(sum);
  if (!read) throw std::runtime_error("'" + text + "' is no sum of two numbers up to 999, such as 123+456=");
  return *read;
}

std::vector<AnsweredSum> read_answered_sums(const std::string& text, const std::string& source) {
  std::vector<AnsweredSum> sums;
  std::istringstream lines(text);
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string words = without_blanks(line);
    if (words.empty()) continue;
    const std::size_t equals = words.find('=');
    const std::optional<Sum> sum = sum_in(std::string_view(words).substr(0, equals));
    const auto answer = equals == std::string::npos
                            ? std::nullopt
                            : number_in(std::string_view(words).substr(equals + 1), 9999);
    if (!sum || !answer) {
      throw std::runtime_error(source + ", line " + std::to_string(number) + ": '" + line +
                               "' is no sum such as 042+917=0959");
    }
    sums.push_back({*sum, *answer});
  }
  if (sums.empty()) throw std::runtime_error(source + " holds no sum");
  return sums;
}
