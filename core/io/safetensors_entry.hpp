#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/core/base/shape.hpp>
#include <xgrad/core/io/safetensors_text.hpp>
#include <xgrad/core/io/safetensors_types.hpp>

namespace xgrad::safetensors {

/// What is wrong with a header. The reader makes an error of it that names the file.
struct Problem {
  std::string text;
};
Problem tensor_problem(const std::string& name, const std::string& text);

/// What a header says about one tensor. Its data are the bytes [begin, end) after the header.
struct Entry {
  std::string name;
  const FileType* type = nullptr;  ///< null if the size of its elements is not known
  Shape shape;                     ///< empty if it has too many dims
  std::uint64_t count = 0;         ///< of its elements
  std::string unreadable;          ///< why it cannot be read; empty if it can
  std::uint64_t begin = 0, end = 0;
};

/// One value of a tensor's JSON object: the part that an Entry needs or an error shows.
struct Field {
  std::string kind;                    // "array", ...; empty if the key is missing
  std::string string;                  // the value, if it is a string
  std::size_t count = 0;               // an array's elements
  bool is_unsigned = true;             // all elements are integers from 0 up
  std::vector<std::uint64_t> numbers;  // the first of those
  // The product of all of those, with sizes of 0 as 1: strides are products of the other sizes and must fit,
  // too. Empty if it is over 2^59.
  std::optional<std::uint64_t> product = 1;
  bool has_zero = false;
  std::string json;  // the beginning of the value's text

  std::string shown() const { return cut(json); }

  void add_element(std::optional<std::uint64_t> number) {
    ++count;
    is_unsigned = is_unsigned && number;
    if (!number) return;
    if (numbers.size() < Shape::max_dims) numbers.push_back(*number);
    has_zero = has_zero || *number == 0;
    std::uint64_t all = 0;
    const bool fits = product &&
                      !__builtin_mul_overflow(*product, std::max<std::uint64_t>(*number, 1), &all) &&
                      all <= std::uint64_t{1} << 59;
    product = fits ? std::optional(all) : std::nullopt;
  }
  void add_json(const std::string& token) {
    if (json.size() > most_shown) return;
    if (!json.empty() && std::string_view("[{:").find(json.back()) == std::string_view::npos) json += ',';
    json += token;
  }
  void end_json(char bracket) {
    if (json.size() <= most_shown) json += bracket;
  }
};

/// The values of a tensor's JSON object. Other keys are ignored, as the format's reference reader does.
struct Fields {
  Field dtype, shape, data_offsets;

  /// Null for another key.
  Field* find(std::string_view key) {
    if (key == "dtype") return &dtype;
    if (key == "shape") return &shape;
    return key == "data_offsets" ? &data_offsets : nullptr;
  }
};

/// Throws `Problem`.
Entry read_entry(const std::string& name, const Fields& fields);

}  // namespace xgrad::safetensors
