#include "vocabulary.hpp"

#include <cstddef>
#include <set>
#include <stdexcept>

#include "utf8.hpp"

namespace {

constexpr std::size_t code_points = 0x110000;

}  // namespace

Vocabulary::Vocabulary(std::u32string characters)
    : characters_(std::move(characters)), numbers_(code_points, -1) {
  for (std::size_t i = 0; i < characters_.size(); ++i)
    numbers_.at(characters_[i]) = static_cast<std::int64_t>(i);
}

Vocabulary Vocabulary::of(std::u32string characters) { return Vocabulary(std::move(characters)); }

Vocabulary Vocabulary::in(const std::u32string& text) {
  const std::set<char32_t> characters(text.begin(), text.end());
  return Vocabulary({characters.begin(), characters.end()});
}

std::vector<std::int64_t> Vocabulary::tokens(const std::u32string& text, const std::string& source) const {
  std::vector<std::int64_t> tokens;
  tokens.reserve(text.size());
  std::u32string missing;
  for (const char32_t c : text) {
    tokens.push_back(numbers_.at(c));
    if (tokens.back() < 0 && missing.find(c) == std::u32string::npos) missing += c;
  }
  if (missing.empty()) return tokens;
  std::string names;
  for (const char32_t c : missing) names += (names.empty() ? "" : ", ") + name_of(c);
  throw std::runtime_error(source + " has characters that the training text does not have: " + names);
}
