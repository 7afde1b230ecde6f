#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "text.hpp"

struct SampleOptions {
  std::vector<std::int64_t> prompt;  ///< at least one token
  std::int64_t length = 200;         ///< in characters
  double temperature = 1;            ///< below 1: likelier characters; above 1: more varied ones
};

/// Continues the prompt: draws character i with probability softmax(logits / temperature)_i, and writes each
/// character at once, in UTF-8. Ctrl-C stops it.
void write_sample(xgrad::nn::GPT& model, const Vocabulary& vocabulary, const SampleOptions& options,
                  xgrad::Generator& generator, std::ostream& out);
