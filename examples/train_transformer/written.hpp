#pragma once

#include <cstdint>
#include <string>

#include <xgrad/training/json_line.hpp>

/// What a model writes after a prompt.
struct Written {
  std::string prompt, text;
  std::string expected = {};  ///< empty: no text is wrong
};

/// A line of metrics.jsonl, which the report shows among the samples.
xgrad::training::Fields fields_of(const Written& written, std::int64_t step);

/// "042+917=0959  ✓", or "042+917=0958  ✗ it is 0959".
std::string line_of(const Written& written, bool in_colour);
