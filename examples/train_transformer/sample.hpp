#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "text.hpp"

struct SampleOptions {
  std::vector<std::int64_t> prompt;  ///< what there is to go on from: at least one token
  std::int64_t length = 200;         ///< characters to be written
  double temperature = 1;            ///< below 1: likelier characters; above: bolder ones
};

/// Has the model go on from the prompt, character i with probability softmax(logits / temperature)_i, and
/// writes what it says in UTF-8, each character as it comes. Ctrl-C stops it.
void write_sample(xgrad::nn::GPT& model, const Vocabulary& vocabulary, const SampleOptions& options,
                  xgrad::Generator& generator, std::ostream& out);
