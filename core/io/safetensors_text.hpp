#pragma once

#include <cstddef>
#include <string>

namespace xgrad::safetensors {

/// A string as JSON, in quotes. It is JSON only if the text is UTF-8.
std::string quoted(const std::string& text);

inline constexpr std::size_t most_shown = 60;  ///< bytes of a name or a value in an error's text

/// Shortens a text to `most_shown` bytes and "...", never in the middle of a character.
std::string cut(std::string text);

/// A name for an error's text: in quotes, control characters escaped, cut.
std::string shown_name(const std::string& name);

}  // namespace xgrad::safetensors
