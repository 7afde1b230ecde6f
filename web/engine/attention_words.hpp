#pragma once

// The sentence of the panel Attention as vectors. Letters in shapes: B batch, T words, D d_model.

#include <cstdint>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

namespace xgrad::web {

constexpr std::int64_t most_words = 16, most_characters = 24;
constexpr std::int64_t word_columns = 32, position_columns = 32;
constexpr std::int64_t d_model = word_columns + position_columns;

struct Sentence {
  std::vector<std::string> words;
  Tensor ids;  ///< (1, T) int64: which row of the embedding each word takes
  Tensor x;    ///< (1, T, D): on the left the word's embedding, on the right its position

  std::int64_t size() const { return static_cast<std::int64_t>(words.size()); }
};

/// The words between blanks. Throws unless there are 1 to `most_words`, none longer than `most_characters`.
std::vector<std::string> words_of(const std::string& text);

/// The vectors of the words, in float64. A word's embedding is drawn from N(0, 1) by a Generator whose seed
/// is made of the word's bytes: the word keeps its vector, whatever else the sentence says.
Sentence sentence_of(const std::vector<std::string>& words);

/// Sines and cosines of the positions 0 to T − 1, times √2, so that their mean square is 1, as that of the
/// embeddings: (T, position_columns).
Tensor position_table(std::int64_t T);

}  // namespace xgrad::web
