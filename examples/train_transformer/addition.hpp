#pragma once

#include <cstdint>
#include <vector>

#include "task.hpp"

/// Adding two 3-digit numbers, as text with the digits in their natural order: `042+917=0959`. The model sees
/// the problem and predicts the four digits of the sum. Some of the million sums are held out for the test.
class Addition {
 public:
  static constexpr std::int64_t vocab_size = 12;  ///< ten digits, + and =
  static constexpr std::int64_t context = 11;     ///< all characters but the last, which is never an input

  /// Chooses `held_out` sums that no batch will contain.
  Addition(std::int64_t held_out, xgrad::Generator& generator);

  Batch next_batch(std::int64_t size, xgrad::Generator& generator) const;

  /// The share of the held-out sums whose four digits are all right.
  double held_out_accuracy(xgrad::nn::GPT& model) const;

 private:
  struct Problem {
    std::int64_t a, b;
  };
  static Batch encode(const std::vector<Problem>& problems);

  std::vector<Problem> held_out_;
  std::vector<bool> is_held_out_;  // index a · 1000 + b
};
