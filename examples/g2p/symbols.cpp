#include "symbols.hpp"

#include <sstream>
#include <stdexcept>

namespace g2p {

Symbols::Symbols(const std::set<std::string>& names) : names_{""} {
  names_.insert(names_.end(), names.begin(), names.end());
  for (std::int64_t number = 1; number < size(); ++number) numbers_.emplace(name(number), number);
}

Symbols Symbols::parse(const std::string& names) {
  std::istringstream in(names);
  std::set<std::string> set;
  for (std::string name; in >> name;) set.insert(name);
  return Symbols(set);
}

std::string Symbols::text() const {
  std::string text;
  for (std::int64_t number = 1; number < size(); ++number) text += (number == 1 ? "" : " ") + name(number);
  return text;
}

std::int64_t Symbols::number(const std::string& name, const std::string& of) const {
  const auto found = numbers_.find(name);
  if (found != numbers_.end()) return found->second;
  throw std::runtime_error("the model does not know '" + name + "' of " + of + "; it knows " + text());
}

Tokens Symbols::spell(const std::string& word) const {
  Tokens tokens;
  for (const char letter : word) tokens.push_back(number(std::string(1, letter), word));
  return tokens;
}

Tokens Symbols::numbers(const std::string& phonemes) const {
  std::istringstream in(phonemes);
  Tokens tokens;
  for (std::string name; in >> name;) tokens.push_back(number(name, phonemes));
  return tokens;
}

std::string Symbols::names(const Tokens& numbers) const {
  std::string text;
  for (const std::int64_t number : numbers) text += (text.empty() ? "" : " ") + name(number);
  return text;
}

}  // namespace g2p
