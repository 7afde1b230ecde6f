#pragma once

#include <optional>
#include <vector>

#include <xgrad/nn/generate.hpp>

namespace xgrad::nn {

/// A prompt with its new tokens.
struct Row {
  std::int64_t prompt;               ///< its index
  std::vector<std::int64_t> tokens;  ///< of the prompt, then the new ones
  std::vector<double> log_probs;     ///< of the new ones
  std::int64_t parent = 0;           ///< the row of the last step that it extends
};

/// What the model says of the next token of each row.
struct Logits {
  Tensor values;                        ///< (rows, V), after the repetition penalty
  std::vector<std::int64_t> likeliest;  ///< a token for each row
  std::vector<double> log_sums;         ///< log Σ exp of each row

  /// `row`, which is number `at`, with one more token.
  Row extended(const Row& row, std::size_t at, std::int64_t token) const;
};

/// The rows that `generate` still extends, in the order of their prompts, and the model that reads them.
class Decoding {
 public:
  Decoding(const NextToken& model, const std::vector<std::vector<std::int64_t>>& prompts,
           const GenerateOptions& options);

  const std::vector<Row>& rows() const { return rows_; }
  Logits next();
  /// The next step is about these rows. Each was made by `Logits::extended`.
  void go_on_with(std::vector<Row> rows);

  /// Why a row cannot be extended; nothing if it can.
  std::optional<Finish> finish(const Row& row) const;
  /// The most new tokens that a row can have.
  std::int64_t most_new_tokens(const Row& row) const;
  Generated result(const Row& row, Finish finish) const;

 private:
  Tensor prompts_as_tensor();
  void check(const Tensor& logits) const;

  const NextToken& model_;
  const GenerateOptions& options_;
  std::vector<Row> rows_;
  Tensor unread_;  // (rows, T): the tokens that the model has not read
  std::int64_t step_ = 0;
};

}  // namespace xgrad::nn
