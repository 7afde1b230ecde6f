#include "written.hpp"

xgrad::training::Fields fields_of(const Written& written, std::int64_t step) {
  xgrad::training::Fields fields{{"step", step}, {"prompt", written.prompt}, {"sample", written.text}};
  if (!written.expected.empty()) fields.emplace_back("expected", written.expected);
  return fields;
}

std::string line_of(const Written& written, bool in_colour) {
  const bool is_right = written.text == written.expected;
  const std::string mark = is_right ? "✓" : "✗ it is " + written.expected;
  const std::string colour = is_right ? "\033[32m" : "\033[31m";
  return written.prompt + written.text + "  " + (in_colour ? colour + mark + "\033[0m" : mark);
}
