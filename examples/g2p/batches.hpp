#pragma once

#include <vector>

#include "dictionary.hpp"
#include "pronouncer.hpp"

namespace g2p {

/// Words with one pronunciation each. Letters in shapes: B words, S letters with the end, T phonemes with the
/// start, or with the end.
struct Batch {
  xgrad::Tensor letters, lengths;  ///< (B, S), and (B) of the words
  xgrad::Tensor said, targets;     ///< (B, T): the phonemes before, and the one to say; −100 is padding

  std::int64_t tokens() const { return letters.numel() + said.numel(); }
};

/// Batches of all pronunciations of the words, in buckets of similar length: with at most `max_tokens`
/// letters and phonemes, hardly any of them padding.
class Batches {
 public:
  Batches(const std::vector<Word>& words, const Symbols& letters, const Symbols& phonemes,
          std::int64_t max_tokens, std::uint64_t seed);

  Batch next();
  const xgrad::data::BatchSampler& sampler() const { return sampler_; }
  xgrad::NamedTensors state_dict() const { return sampler_.state_dict(); }
  void load_state_dict(const xgrad::NamedTensors& state) { sampler_.load_state_dict(state); }

 private:
  struct Example {
    Tokens letters, phonemes;  // without their ends
  };
  static std::vector<Example> examples_of(const std::vector<Word>& words, const Symbols& letters,
                                          const Symbols& phonemes);
  xgrad::Tensor lengths() const;

  std::vector<Example> examples_;
  xgrad::Generator generator_;
  xgrad::data::BatchSampler sampler_;
};

/// The mean cross entropy of the phonemes to say.
xgrad::Variable batch_loss(const Pronouncer& model, const Batch& batch, double label_smoothing = 0);

}  // namespace g2p
