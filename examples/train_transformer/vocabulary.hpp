#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Numbers for characters.
class Vocabulary {
 public:
  /// Character i has number i. They must be different.
  static Vocabulary of(std::u32string characters);
  /// Those of a text, in the order of their code points.
  static Vocabulary in(const std::u32string& text);

  std::int64_t size() const { return static_cast<std::int64_t>(characters_.size()); }
  const std::u32string& characters() const { return characters_; }
  char32_t character(std::int64_t token) const { return characters_.at(static_cast<std::size_t>(token)); }
  /// Throws `std::runtime_error` that starts with `source` and names the characters that have no number.
  std::vector<std::int64_t> tokens(const std::u32string& text, const std::string& source) const;

 private:
  explicit Vocabulary(std::u32string characters);

  std::u32string characters_;
  std::vector<std::int64_t> numbers_;  // by code point; −1: not in the vocabulary
};
