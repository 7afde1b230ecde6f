#pragma once

#include <cstdint>
#include <vector>

#include "symbols.hpp"

namespace g2p {

/// The fewest insertions, deletions and substitutions that make b of a (Levenshtein 1966).
std::int64_t edit_distance(const Tokens& a, const Tokens& b);

/// Errors of pronunciations. A word is right if it equals any of its listed pronunciations; otherwise its
/// errors are the edits to the closest one, the shortest of these if there are several.
struct ErrorRate {
  std::int64_t words = 0, wrong_words = 0;
  std::int64_t phonemes = 0, edits = 0;  ///< phonemes of the closest pronunciations

  void add(const Tokens& said, const std::vector<Tokens>& listed);
  double of_words() const;     ///< wrong words / words; 0 without words
  double of_phonemes() const;  ///< edits / phonemes; 0 without phonemes
};

}  // namespace g2p
