#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dictionary.hpp"
#include "error_rate.hpp"
#include "pronouncer.hpp"

namespace g2p {

/// The phonemes of each word, by a beam search; greedily with one beam. A word that does not end is cut after
/// 2 n + 8 phonemes, where n letters are in the longest word of its batch.
std::vector<Tokens> pronounce(const Pronouncer& model, const std::vector<std::string>& words,
                              std::int64_t beams);

/// The letters of words, (B, S) with the ends, and their lengths.
xgrad::data::PaddedSequences spell(const Symbols& letters, const std::vector<std::string>& words);

/// How well the model says these words.
ErrorRate error_rate(const Pronouncer& model, const std::vector<Word>& words, std::int64_t beams);

}  // namespace g2p
