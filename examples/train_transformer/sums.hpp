#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// A sum of two numbers below 1000.
struct Sum {
  static constexpr std::int64_t numbers = 1000;  ///< 000 to 999
  static constexpr std::size_t digits = 4;       ///< of the result

  std::int64_t a, b;
};

/// `042+917=`
std::string question_of(const Sum& sum);
/// `0959`
std::string answer_of(const Sum& sum);

/// Reads what a person writes: `42 + 917`, `042+917=`. Throws `std::runtime_error` if it is no such sum.
Sum read_sum(const std::string& text);

/// A sum with a result, which may be wrong.
struct AnsweredSum {
  Sum sum;
  std::int64_t answer;
};
/// The lines of a file, such as `042+917=0959`; empty ones do not count. Throws `std::runtime_error` that
/// names `source` and the line of a wrong one.
std::vector<AnsweredSum> read_answered_sums(const std::string& text, const std::string& source);
