#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "vocabulary.hpp"

struct SampleOptions {
  std::vector<std::int64_t> prompt;  ///< at least one token
  std::int64_t length = 200;         ///< in characters
  double temperature = 1;  ///< below 1: likelier characters; above 1: more varied ones; 0: the likeliest
  std::int64_t top_k = 0;  ///< draws from the k likeliest characters; 0: from all
  double top_p = 1;        ///< draws from the fewest characters whose shares add up to p
  double min_p = 0;        ///< draws from those with at least this part of the likeliest one's share
  double repetition_penalty = 1;  ///< above 1: fewer characters that stand in the text already
};

/// The tokens of --prompt. Without one, the sample starts like a line, or with the vocabulary's first
/// character if there are no lines.
std::vector<std::int64_t> prompt_tokens(const std::string& prompt, const Vocabulary& vocabulary);

/// Continues the prompt, see `nn::generate`, and writes each character at once, in UTF-8. Each character
/// depends on as many before it as the model's context holds. Ctrl-C stops it.
void write_sample(xgrad::nn::GPT& model, const Vocabulary& vocabulary, const SampleOptions& options,
                  xgrad::Generator& generator, std::ostream& out);
