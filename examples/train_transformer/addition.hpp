#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sums.hpp"
#include "task.hpp"

/// Adding two 3-digit numbers, as text with the digits in their natural order: `042+917=0959`. The model sees
/// the problem and predicts the four digits of the sum. Some of the million sums are held out for the test.
class Addition : public Task {
 public:
  static constexpr std::int64_t context = 11;  ///< all characters but the last, which is never an input

  /// Chooses `held_out` sums that no batch will contain.
  Addition(std::int64_t held_out, xgrad::Generator& generator);

  const Vocabulary& vocabulary() const override { return vocabulary_; }  ///< ten digits, + and =
  std::string data_hash() const override { return "sums"; }              // the seed decides them
  xgrad::nn::GPTOptions model_options(const Config& config) const override;
  Batch next_batch(std::int64_t size, xgrad::Generator& generator) const override;
  Measure validate(xgrad::nn::GPT& model, std::int64_t size) const override;  ///< the held-out accuracy
  std::vector<Written> write(const xgrad::nn::GPT& model) const override;     ///< ten held-out sums

  /// The share of the held-out sums whose four digits are all right.
  double held_out_accuracy(xgrad::nn::GPT& model) const;
  const std::vector<Sum>& held_out() const { return held_out_; }

 private:
  Vocabulary vocabulary_ = Vocabulary::of(U"0123456789+=");
  std::vector<Sum> held_out_;
  std::vector<bool> is_held_out_;  // index a · 1000 + b
};

/// The share of the sums that the model continues with these four digits.
double addition_accuracy(xgrad::nn::GPT& model, const std::vector<AnsweredSum>& sums);
