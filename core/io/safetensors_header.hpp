#pragma once

#include <map>
#include <string>
#include <vector>

#include <xgrad/core/io/safetensors_entry.hpp>

namespace xgrad::safetensors {

struct Header {
  std::vector<Entry> entries;  ///< in the file's order
  std::map<std::string, std::string> metadata;
};

/// Throws `Problem` for the first thing that is wrong with the text; a key that appears twice is wrong. The
/// caller checks whether the offsets fit the shapes and the file. Takes n log n time.
Header parse_header(const std::string& text);

}  // namespace xgrad::safetensors
