#include "attention_words.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace xgrad::web {
namespace {

// In UTF-8 each character has one byte that is not of the form 10xxxxxx.
std::int64_t characters(const std::string& word) {
  return std::count_if(word.begin(), word.end(), [](char byte) { return (byte & 0xc0) != 0x80; });
}

// FNV-1a (Fowler, Noll & Vo), 32 bits.
std::uint32_t hash(const std::string& word) {
  std::uint32_t value = 2166136261u;
  for (const char byte : word) value = (value ^ static_cast<unsigned char>(byte)) * 16777619u;
  return value;
}

Tensor vector_of(const std::string& word) {
  Generator generator(hash(word));
  return randn({word_columns}, float64, generator);
}

}  // namespace

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) {
    if (characters(word) > most_characters) {
      throw std::invalid_argument("[attention] a word has " + std::to_string(characters(word)) +
                                  " characters; at most " + std::to_string(most_characters) +
                                  " can be shown");
    }
    words.push_back(word);
  }
  if (words.empty()) throw std::invalid_argument("[attention] the sentence has no words; type at least one");
  if (words.size() > most_words) {
    throw std::invalid_argument("[attention] the sentence has " + std::to_string(words.size()) +
                                " words; at most " + std::to_string(most_words) + " can be shown");
  }
  return words;
}

Sentence sentence_of(const std::vector<std::string>& words) {
  std::vector<std::string> vocabulary;  // each word once, in the order of the sentence
  std::vector<std::int64_t> ids;
  std::vector<Variable> rows;
  for (const std::string& word : words) {
    const auto known = std::find(vocabulary.begin(), vocabulary.end(), word);
    ids.push_back(known - vocabulary.begin());
    if (known != vocabulary.end()) continue;
    vocabulary.push_back(word);
    rows.push_back(vector_of(word));
  }
  const auto T = static_cast<std::int64_t>(words.size()), V = static_cast<std::int64_t>(vocabulary.size());
  const NoGradGuard no_grad;
  nn::Embedding embedding(V, word_columns, float64);
  embedding.weight.set_value(stack(rows).value());
  const Tensor tokens = tensor(ids).reshape({1, T});
  const Variable x = cat({embedding(tokens), position_table(T).reshape({1, T, position_columns})}, -1);
  return {words, tokens, x.value()};  // x (1, T, D)
}

Tensor position_table(std::int64_t T) {
  const nn::SinusoidalPositions positions(position_columns);
  return positions(zeros({T, position_columns}, float64)) * std::sqrt(2.0);
}

}  // namespace xgrad::web
