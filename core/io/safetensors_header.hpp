#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <xgrad/core/base/shape.hpp>
#include <xgrad/core/io/safetensors_types.hpp>

namespace xgrad::safetensors {

/// What a header says of one tensor. Its data are the bytes [begin, end) after the header.
struct Entry {
  std::string name;
  const FileType* type = nullptr;  ///< null where its size is not known
  Shape shape;
  std::string unreadable;  ///< why it cannot be read; empty if it can
  std::uint64_t begin = 0, end = 0;
};

/// A file's header, or what is wrong with its text. Whether the offsets fit the shapes and the file is for
/// the reader to check.
struct Header {
  std::vector<Entry> entries;  ///< in the file's order
  std::map<std::string, std::string> metadata;
  std::string problem;  ///< empty if there is none
};

/// In n log n time. Equal keys in one object are a problem too.
Header parse_header(const std::string& text);

/// A string as JSON, in quotes. Throws `NotUtf8`.
std::string quoted(const std::string& text);
struct NotUtf8 {};

/// A name for an error's text, control characters escaped, cut where it gets long.
std::string shown_name(const std::string& name);

}  // namespace xgrad::safetensors
