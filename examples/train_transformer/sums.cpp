#include "sums.hpp"

#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "../command_line/number_text.hpp"

namespace {

// With leading zeros.
std::string written(std::int64_t number, std::int64_t digits) {
  const std::string shortest = std::to_string(number);
  return std::string(static_cast<std::size_t>(digits) - shortest.size(), '0') + shortest;
}

// `042+917=0959` with three digits, `04+91=095` with two.
std::string example_sum(std::int64_t digits) {
  const auto first_digits = [&](const char* number) {
    return std::stoll(std::string(number, static_cast<std::size_t>(digits)));
  };
  const Sum sum{first_digits("042042042"), first_digits("917917917"), digits};
  return question_of(sum) + answer_of(sum);
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
std::optional<Sum> sum_in(std::string_view text, std::int64_t digits) {
  const std::size_t plus = text.find('+');
  if (plus == std::string_view::npos) return {};
  const auto a = number_in(text.substr(0, plus), numbers_of(digits) - 1);
  const auto b = number_in(text.substr(plus + 1), numbers_of(digits) - 1);
  return a && b ? std::optional(Sum{*a, *b, digits}) : std::nullopt;
}

}  // namespace

std::int64_t numbers_of(std::int64_t digits) {
  std::int64_t numbers = 1;
  for (std::int64_t i = 0; i < digits; ++i) numbers *= 10;
  return numbers;
}

std::int64_t context_of_sums(std::int64_t digits) { return 3 * digits + 2; }

std::string question_of(const Sum& sum) {
  return written(sum.a, sum.digits) + '+' + written(sum.b, sum.digits) + '=';
}

std::string answer_of(const Sum& sum) { return written(sum.a + sum.b, sum.digits + 1); }

std::string example_question(std::int64_t digits) {
  const auto count = static_cast<std::size_t>(digits);
  return std::string("123123123", count) + '+' + std::string("456456456", count) + '=';
}

Sum read_sum(const std::string& text, std::int64_t digits) {
  std::string sum = without_blanks(text);
  if (sum.ends_with('=')) sum.pop_back();
  const std::optional<Sum> read = sum_in(sum, digits);
  if (!read) {
    throw std::runtime_error("'" + text + "' is no sum of two numbers up to " +
                             std::to_string(numbers_of(digits) - 1) + ", such as " +
                             example_question(digits));
  }
  return *read;
}

std::vector<AnsweredSum> read_answered_sums(const std::string& text, const std::string& source,
                                            std::int64_t digits) {
  std::vector<AnsweredSum> sums;
  std::istringstream lines(text);
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string words = without_blanks(line);
    if (words.empty()) continue;
    const std::size_t equals = words.find('=');
    const std::optional<Sum> sum = sum_in(std::string_view(words).substr(0, equals), digits);
    const auto answer = equals == std::string::npos ? std::nullopt
                                                    : number_in(std::string_view(words).substr(equals + 1),
                                                                numbers_of(digits + 1) - 1);
    if (!sum || !answer) {
      throw std::runtime_error(source + ", line " + std::to_string(number) + ": '" + line +
                               "' is no sum such as " + example_sum(digits));
    }
    sums.push_back({*sum, *answer});
  }
  if (sums.empty()) throw std::runtime_error(source + " holds no sum");
  return sums;
}
