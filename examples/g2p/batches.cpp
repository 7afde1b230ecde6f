#include "batches.hpp"

using namespace xgrad;

namespace g2p {
namespace {

constexpr std::int64_t ignored = -100;  // as a target of cross_entropy

Tensor joined(const Tokens& a, const Tokens& b) {
  Tokens all = a;
  all.insert(all.end(), b.begin(), b.end());
  return tensor(all);
}

}  // namespace

Batches::Batches(const std::vector<Word>& words, const Symbols& letters, const Symbols& phonemes,
                 std::int64_t max_tokens, std::uint64_t seed)
    : examples_(examples_of(words, letters, phonemes)),
      generator_(seed),
      sampler_(lengths(), {.max_tokens = max_tokens}, generator_) {}

std::vector<Batches::Example> Batches::examples_of(const std::vector<Word>& words, const Symbols& letters,
                                                   const Symbols& phonemes) {
  std::vector<Example> examples;
  for (const Word& word : words) {
    const Tokens spelling = letters.spell(word.spelling);
    for (const std::string& pronunciation : word.pronunciations)
      examples.push_back({spelling, phonemes.numbers(pronunciation)});
  }
  return examples;
}

Tensor Batches::lengths() const {  // (N, 2), with the ends
  const Tensor lengths = empty({static_cast<std::int64_t>(examples_.size()), 2}, int64);
  auto* length = lengths.mutable_data<std::int64_t>();
  for (const Example& example : examples_) {
    *length++ = static_cast<std::int64_t>(example.letters.size()) + 1;
    *length++ = static_cast<std::int64_t>(example.phonemes.size()) + 1;
  }
  return lengths;
}

Batch Batches::next() {
  std::vector<Tensor> letters, said, targets;
  for (const std::int64_t item : sampler_.next()) {
    const Example& example = examples_[static_cast<std::size_t>(item)];
    letters.push_back(joined(example.letters, {Symbols::end}));
    said.push_back(joined({Symbols::end}, example.phonemes));
    targets.push_back(joined(example.phonemes, {Symbols::end}));
  }
  const data::PaddedSequences words = data::pad_sequence(letters, Symbols::end);
  return {words.values, words.lengths, data::pad_sequence(said, Symbols::end).values,
          data::pad_sequence(targets, ignored).values};
}

Variable batch_loss(const Pronouncer& model, const Batch& batch, double label_smoothing) {
  const Variable memory = model.encode(batch.letters, batch.lengths);       // (B, S, D)
  const Variable logits = model.decode(batch.said, memory, batch.lengths);  // (B, T, V)
  return cross_entropy(logits.reshape({-1, logits.size(-1)}), batch.targets.reshape({-1}),
                       {.ignore_index = ignored, .label_smoothing = label_smoothing});
}

}  // namespace g2p
