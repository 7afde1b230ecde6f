#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "task.hpp"

/// The characters of a file or a pipe in UTF-8. Throws `std::runtime_error` that names the file if it is
/// empty, has more than `most_bytes`, or is a device, which may have no end.
std::u32string read_text(const std::filesystem::path& path, std::size_t most_bytes = std::size_t{1} << 30);

/// Numbers for the characters of a text, in the order of their code points.
class Vocabulary {
 public:
  explicit Vocabulary(const std::u32string& text);

  std::int64_t size() const { return static_cast<std::int64_t>(characters_.size()); }
  const std::u32string& characters() const { return characters_; }
  char32_t character(std::int64_t token) const { return characters_.at(static_cast<std::size_t>(token)); }
  /// Throws `std::runtime_error` that starts with `source` and names the characters the text does not have.
  std::vector<std::int64_t> tokens(const std::u32string& text, const std::string& source) const;

 private:
  std::u32string characters_;
  std::vector<std::int64_t> numbers_;  // by code point; −1: not in the text
};

/// The task of continuing a text, character by character. The first 90 % are for training, the rest for
/// validation.
class Text {
 public:
  /// Throws `std::runtime_error` unless both parts are longer than `context`.
  Text(const std::u32string& text, std::int64_t context);

  const Vocabulary& vocabulary() const { return vocabulary_; }

  /// Windows from anywhere in the training part.
  Batch next_batch(std::int64_t size, xgrad::Generator& generator) const;

  /// The mean loss over windows spread evenly over the validation part: all of it, or about 65,536
  /// characters. Each call takes the same windows, `size` of them in a batch, and draws no random numbers.
  /// Empty if Ctrl-C was pressed meanwhile.
  std::optional<double> validation_loss(xgrad::nn::GPT& model, std::int64_t size) const;

 private:
  Batch windows(const std::vector<std::int64_t>& starts) const;

  Vocabulary vocabulary_;
  std::vector<std::int64_t> tokens_;
  std::int64_t context_;
  std::int64_t split_;  // where the validation part starts
};
