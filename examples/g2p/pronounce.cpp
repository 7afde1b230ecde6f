#include "pronounce.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

using namespace xgrad;

namespace g2p {
namespace {

constexpr std::size_t most_words = 256;  // at a time

// The model as `generate` sees it, once it has read the words.
nn::NextToken next_phoneme(const Pronouncer& model, const data::PaddedSequences& words) {
  struct State {
    Variable memory;
    Tensor lengths;
    nn::DecoderCache cache;
  };
  const auto state = std::make_shared<State>(
      State{model.encode(words.values, words.lengths), words.lengths, nn::DecoderCache()});
  return {.logits =
              [&model, state](const Tensor& phonemes) {
                return model.decode(phonemes, state->memory, state->lengths, &state->cache);
              },
          .reorder =
              [state](const Tensor& rows) {
                state->cache.reorder(rows);
                state->lengths = index_select(state->lengths, 0, rows).value();
              }};
}

std::vector<Tokens> pronounce_batch(const Pronouncer& model, const std::vector<std::string>& words,
                                    std::int64_t beams) {
  const data::PaddedSequences letters = spell(model.letters, words);
  const std::int64_t longest = letters.values.size(1) - 1;  // without the end
  const nn::GenerateOptions options{
      .max_new_tokens = 2 * longest + 8, .num_beams = beams, .stop_tokens = {Symbols::end}};
  const std::vector<Tokens> starts(words.size(), {Symbols::end});
  std::vector<Tokens> said;
  for (nn::Generated& word : nn::generate(next_phoneme(model, letters), starts, options)) {
    if (!word.tokens.empty() && word.tokens.back() == Symbols::end) word.tokens.pop_back();
    said.push_back(std::move(word.tokens));
  }
  return said;
}

}  // namespace

data::PaddedSequences spell(const Symbols& letters, const std::vector<std::string>& words) {
  std::vector<Tensor> rows;
  for (const std::string& word : words) {
    Tokens tokens = letters.spell(word);
    tokens.push_back(Symbols::end);
    rows.push_back(tensor(tokens));
  }
  return data::pad_sequence(rows, Symbols::end);
}

std::vector<Tokens> pronounce(const Pronouncer& model, const std::vector<std::string>& words,
                              std::int64_t beams) {
  const nn::EvalGuard eval(model);
  std::vector<std::size_t> order(words.size());  // words of one length need no padding
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return words[a].size() < words[b].size(); });
  std::vector<Tokens> said(words.size());
  for (std::size_t begin = 0; begin < order.size(); begin += most_words) {
    std::vector<std::string> batch;
    for (std::size_t i = begin; i < std::min(begin + most_words, order.size()); ++i)
      batch.push_back(words[order[i]]);
    std::vector<Tokens> tokens = pronounce_batch(model, batch, beams);
    for (std::size_t i = 0; i < batch.size(); ++i) said[order[begin + i]] = std::move(tokens[i]);
  }
  return said;
}

ErrorRate error_rate(const Pronouncer& model, const std::vector<Word>& words, std::int64_t beams) {
  std::vector<std::string> spellings;
  for (const Word& word : words) spellings.push_back(word.spelling);
  const std::vector<Tokens> said = pronounce(model, spellings, beams);
  ErrorRate rate;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::vector<Tokens> listed;
    for (const std::string& pronunciation : words[i].pronunciations)
      listed.push_back(model.phonemes.numbers(pronunciation));
    rate.add(said[i], listed);
  }
  return rate;
}

}  // namespace g2p
