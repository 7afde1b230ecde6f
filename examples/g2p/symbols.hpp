#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace g2p {

using Tokens = std::vector<std::int64_t>;

/// Numbers for letters, or for phonemes. Number 0 is no symbol: it ends a word, and starts one for the
/// decoder.
class Symbols {
 public:
  static constexpr std::int64_t end = 0;

  explicit Symbols(const std::set<std::string>& names);
  /// The names with blanks in between, as `text` gives them.
  static Symbols parse(const std::string& names);

  std::int64_t size() const { return static_cast<std::int64_t>(names_.size()); }  ///< with the end
  const std::string& name(std::int64_t number) const { return names_.at(static_cast<std::size_t>(number)); }
  std::string text() const;

  /// Of each character of a word. Throws `std::runtime_error` that names one that is no letter here.
  Tokens spell(const std::string& word) const;
  /// Of phonemes with blanks in between. Throws `std::runtime_error` that names one that is unknown.
  Tokens numbers(const std::string& phonemes) const;
  /// "T EY P"
  std::string names(const Tokens& numbers) const;

 private:
  std::int64_t number(const std::string& name, const std::string& of) const;

  std::vector<std::string> names_;  // by number
  std::map<std::string, std::int64_t> numbers_;
};

}  // namespace g2p
