#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "task.hpp"

/// The characters of a file or a pipe in UTF-8. Throws `std::runtime_error` that names the file if it is
/// empty, has more than `most_bytes`, or is a device, which may have no end. Errors call it `name`.
std::u32string read_text(const std::filesystem::path& path, const std::string& name = "the text",
                         std::size_t most_bytes = std::size_t{1} << 30);

/// The task of continuing a text, character by character. The first 90 % are for training, the rest for
/// validation.
class Text : public Task {
 public:
  /// Throws `std::runtime_error` unless both parts are longer than `context`.
  Text(const std::u32string& text, std::int64_t context);

  const Vocabulary& vocabulary() const override { return vocabulary_; }
  std::string data_hash() const override;  ///< FNV-1a of the code points
  xgrad::nn::GPTOptions model_options(const Config& config) const override;
  /// Windows from anywhere in the training part.
  Batch next_batch(std::int64_t size, xgrad::Generator& generator) const override;
  Measure validate(xgrad::nn::GPT& model, std::int64_t size) const override;  ///< the validation loss
  /// The start of the validation part, and how the model goes on.
  std::vector<Written> write(const xgrad::nn::GPT& model) const override;

  /// The mean loss over windows spread evenly over the validation part: all of it, or about 65,536
  /// characters. Each call takes the same windows, `size` of them in a batch.
  double validation_loss(xgrad::nn::GPT& model, std::int64_t size) const;

 private:
  Batch windows(const std::vector<std::int64_t>& starts) const;

  Vocabulary vocabulary_;
  std::vector<std::int64_t> tokens_;
  std::int64_t context_;
  std::int64_t split_;  // where the validation part starts
};
