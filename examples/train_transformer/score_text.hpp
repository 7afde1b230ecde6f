#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/xgrad.hpp>

/// How well a model predicts each character of a text from those before it.
struct TextScore {
  std::int64_t count;  ///< of the predicted characters: all but the first
  double loss;         ///< their mean, in nats per character
  double accuracy;     ///< the share that the model holds for the likeliest
};

/// Reads the text in windows of the model's context, `size` of them in a batch. Throws `std::runtime_error`
/// if there are fewer than two characters.
TextScore score_text(xgrad::nn::GPT& model, const std::vector<std::int64_t>& tokens, std::int64_t size);
