#pragma once

#include <string>
#include <vector>

#include "pronouncer.hpp"

namespace g2p {

/// How the model read the letters of a word when it said these phonemes.
struct Reading {
  std::string word;
  std::vector<std::string> phonemes;                ///< by name
  std::vector<xgrad::training::AttentionMap> maps;  ///< of the encoder, then of the decoder

  /// The attention of the decoder to the letters, the mean over layers and heads: a row for each phoneme and
  /// one for the end, a column for each letter and one for the end.
  xgrad::Tensor weights() const;
  /// The maps from phonemes to letters, one for each layer.
  std::vector<xgrad::training::AttentionMap> maps_to_letters() const;

  /// The letters, or the phonemes, and how their end is called.
  std::vector<std::string> letters_and(const std::string& end) const;
  std::vector<std::string> phonemes_and(const std::string& end) const;
  /// "tape: T EY P"
  std::string title() const;
};

Reading read_word(Pronouncer& model, const std::string& word, const Tokens& phonemes);

}  // namespace g2p
