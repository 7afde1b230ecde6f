#include "dictionary.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace fs = std::filesystem;

namespace g2p {
namespace {

std::string read_bytes(const fs::path& path) {
  std::error_code none;
  // Some, such as /dev/zero, never end.
  if (fs::is_other(path, none) && !fs::is_fifo(path, none))
    throw std::runtime_error("cannot read " + path.string() + ": it is neither a regular file nor a pipe");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (fs::is_directory(path, none)) errno = EISDIR;
  if (!file || errno == EISDIR || (file.peek() != EOF && !(bytes << file.rdbuf())))
    throw std::runtime_error("cannot read " + path.string() + ": " + std::system_category().message(errno));
  return bytes.str();
}

// "a(2)" becomes "a".
std::string without_variant(const std::string& word) {
  const std::size_t open = word.find('(', 1);
  if (open == std::string::npos) return word;
  const std::string number = word.substr(open);
  const bool is_number = number.size() > 2 && number.back() == ')' &&
                         number.find_first_not_of("0123456789", 1) == number.size() - 1;
  if (!is_number)
    throw std::runtime_error("'" + number + "' is not the number of a pronunciation, such as (2)");
  return word.substr(0, open);
}

std::string lower_case(std::string word) {
  for (char& letter : word) {
    if (letter <= ' ' || letter > '~') throw std::runtime_error("the word has a letter that is not ASCII");
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return word;
}

// The word and its pronunciation; an empty word for a comment.
std::pair<std::string, std::string> parse_line(std::string line) {
  if (line.starts_with(";;;")) return {};
  line.erase(std::min(line.find(" #"), line.size()));
  std::istringstream parts(line);
  std::string word, pronunciation;
  if (!(parts >> word)) return {};
  for (std::string phoneme; parts >> phoneme;) {
    const bool is_name =
        std::all_of(phoneme.begin(), phoneme.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!is_name) throw std::runtime_error("a phoneme has a character that is not ASCII");
    pronunciation += (pronunciation.empty() ? "" : " ") + phoneme;
  }
  if (pronunciation.empty()) throw std::runtime_error("'" + word + "' has no phonemes");
  return {lower_case(without_variant(word)), pronunciation};
}

}  // namespace

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  return hash;
}

Part part_of(std::string_view spelling) {
  const std::uint64_t h = fnv1a(spelling) % 20;
  return h == 0 ? Part::validation : h == 1 ? Part::test : Part::training;
}

std::vector<Word> Dictionary::part(Part part) const {
  std::vector<Word> selected;
  for (const Word& word : words) {
    if (part_of(word.spelling) == part) selected.push_back(word);
  }
  return selected;
}

Dictionary read_dictionary(const fs::path& path) {
  const std::string bytes = read_bytes(path);
  std::vector<Word> words;
  std::unordered_map<std::string, std::size_t> places;
  std::set<std::string> letters, phonemes;
  std::istringstream lines(bytes);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    try {
      const auto [spelling, pronunciation] = parse_line(line);
      if (spelling.empty()) continue;
      const auto [place, is_new] = places.emplace(spelling, words.size());
      if (is_new) words.push_back({spelling, {}});
      std::vector<std::string>& known = words[place->second].pronunciations;
      if (std::find(known.begin(), known.end(), pronunciation) == known.end()) known.push_back(pronunciation);
      for (const char letter : spelling) letters.emplace(1, letter);
      std::istringstream parts(pronunciation);
      for (std::string phoneme; parts >> phoneme;) phonemes.insert(phoneme);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(path.string() + ':' + std::to_string(number) + ": " + error.what());
    }
  }
  if (words.empty()) throw std::runtime_error(path.string() + " has no words");
  std::ostringstream fingerprint;
  fingerprint << std::hex << fnv1a(bytes);
  return {std::move(words), Symbols(letters), Symbols(phonemes), fingerprint.str()};
}

}  // namespace g2p
