#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "sums.hpp"
#include "task.hpp"

/// Adding two numbers, as text with the digits in their natural order: `042+917=0959` with three digits. The
/// model sees the problem and predicts the digits of the sum. Some of all sums are held out for the test.
class Addition : public Task {
 public:
  /// Chooses sums that no batch will contain: `held_out` of them, but at most a fifth of all.
  Addition(std::int64_t digits, std::int64_t held_out, xgrad::Generator& generator);

  const Vocabulary& vocabulary() const override { return vocabulary_; }  ///< ten digits, + and =
  std::string data_hash() const override { return "sums"; }              // the seed decides them
  xgrad::nn::GPTOptions model_options(const Config& config) const override;
  Batch next_batch(std::int64_t size, xgrad::Generator& generator) const override;
  Measure validate(xgrad::nn::GPT& model, std::int64_t size) const override;  ///< the held-out accuracy
  std::vector<Written> write(const xgrad::nn::GPT& model) const override;     ///< ten held-out sums

  /// The share of the held-out sums whose digits are all right.
  double held_out_accuracy(xgrad::nn::GPT& model) const;
  const std::vector<Sum>& held_out() const { return held_out_; }
  std::int64_t digits() const { return digits_; }
  /// All characters but the last, which is never an input: 11 with three digits.
  std::int64_t context() const;

  /// How the model continues each of these sums, digit by digit.
  std::vector<Written> write(const xgrad::nn::GPT& model, const std::vector<Sum>& sums) const;

 private:
  std::int64_t count_of_sums() const;
  Sum sum_at(std::int64_t index) const;  // a · numbers_of(digits) + b is the index of a + b

  std::int64_t digits_;
  Vocabulary vocabulary_ = Vocabulary::of(U"0123456789+=");
  std::vector<Sum> held_out_;
  std::unordered_set<std::int64_t> held_out_indices_;  // see sum_at
};

/// The share of the sums that the model continues with these digits. All have the same number of digits.
double addition_accuracy(xgrad::nn::GPT& model, const std::vector<AnsweredSum>& sums);
