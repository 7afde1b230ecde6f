#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// A sum of two numbers that are written with so many digits, from 1 to 9. The result has one more.
struct Sum {
  std::int64_t a, b;
  std::int64_t digits = 3;
};

/// How many numbers there are with so many digits: 10^digits, such as 1000 from 000 to 999.
std::int64_t numbers_of(std::int64_t digits);

/// How many characters a model reads: the 2 digits + 2 of a question, and the digits + 1 of its answer but
/// the last, which is never an input.
std::int64_t context_of_sums(std::int64_t digits);

/// `042+917=`
std::string question_of(const Sum& sum);
/// `0959`
std::string answer_of(const Sum& sum);
/// `123+456=` with three digits, `12+45=` with two: what help and errors show.
std::string example_question(std::int64_t digits);

/// Reads what a person writes: `42 + 917`, `042+917=`. Throws `std::runtime_error` if it is no sum of numbers
/// with at most so many digits.
Sum read_sum(const std::string& text, std::int64_t digits);

/// A sum with a result, which may be wrong.
struct AnsweredSum {
  Sum sum;
  std::int64_t answer;
};
/// The lines of a file, such as `042+917=0959`; empty ones do not count. Throws `std::runtime_error` that
/// names `source` and the line of a wrong one.
std::vector<AnsweredSum> read_answered_sums(const std::string& text, const std::string& source,
                                            std::int64_t digits);
