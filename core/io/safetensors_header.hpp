#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace xgrad::safetensors {

/// A file's header as JSON, an object whose outermost keys are `names`, in the file's order; or the reason
/// why it is not one.
struct Header {
  nlohmann::json json;
  std::vector<std::string> names;
  std::string problem;  ///< empty if there is none
};

/// In linear time. Equal keys in one object are a problem too.
Header parse_header(const std::string& text);

/// A string as JSON, in quotes. Throws `NotUtf8`.
std::string quoted(const std::string& text);
struct NotUtf8 {};

/// A name or a value for an error's text, control characters escaped. A value is cut where it gets long.
std::string shown_name(const std::string& name);
std::string shown_value(const nlohmann::json& value);

}  // namespace xgrad::safetensors
