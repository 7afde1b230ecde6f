#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "symbols.hpp"

namespace g2p {

/// A word of the dictionary.
struct Word {
  std::string spelling;                     ///< in lower case
  std::vector<std::string> pronunciations;  ///< at least one, each such as "T EY P"
};

/// The part of the data that a word belongs to.
enum class Part { training, validation, test };

/// Decided by the spelling alone, so that a word and all its pronunciations are on one side whatever else is
/// in the dictionary: with h = fnv1a(spelling) mod 20, validation if h is 0, test if it is 1, else training.
Part part_of(std::string_view spelling);

/// The 64-bit FNV-1a hash of the bytes (Fowler, Noll & Vo): h ← (h ⊕ byte) · 1099511628211, starting from
/// 14695981039346656037.
std::uint64_t fnv1a(std::string_view bytes);

struct Dictionary {
  std::vector<Word> words;
  Symbols letters, phonemes;
  std::string fingerprint;  ///< of the file: the hash of its bytes, to recognise it

  std::vector<Word> part(Part part) const;
};

/// Reads a dictionary in the format of CMU's: on each line a word, then its phonemes.
///
///     tape T EY P
///     a EY
///     a(2) AH      another pronunciation of "a"
///
/// Words become lower case. Empty lines, lines from ";;;" on, and what follows " #" are comments. A stress
/// mark, such as the 1 of EY1, is part of the phoneme. Throws `std::runtime_error` that names the file, and
/// the line if that is what is wrong.
Dictionary read_dictionary(const std::filesystem::path& path);

}  // namespace g2p
