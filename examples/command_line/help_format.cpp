#include "help_format.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <utility>

namespace {

constexpr std::size_t left = 30, width = 80;

// `name` on the left, and the words of `text` in lines on the right.
std::string two_columns(const std::string& name, const std::string& text) {
  std::string out, line = "  " + name;
  line.resize(std::max(left, line.size()), ' ');
  if (line.size() > left) {
    out = line + '\n';
    line.assign(left, ' ');
  }
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() > width) {
      out += line + '\n';
      line.assign(std::min(left, width - std::min(width, word.size())), ' ');  // a long word starts earlier
    }
    if (line.size() > left) line += ' ';
    line += word;
  }
  return out + line + '\n';
}

}  // namespace

// CLI11 puts two blank lines between groups.
std::string HelpFormat::make_group(std::string group, bool is_positional,
                                   std::vector<const CLI::Option*> options) const {
  const bool is_first = group == "Options" || is_positional;
  return Formatter::make_group(std::move(group), is_positional, std::move(options)).substr(is_first ? 0 : 1);
}

std::string HelpFormat::make_option(const CLI::Option* option, bool is_positional) const {
  std::string name = option->get_name(is_positional, true);
  if (option->get_type_size() != 0) name += (is_positional ? "" : " " + option->get_type_name());
  const std::string value = option->get_default_str();
  const bool has_default = !value.empty() && value != "\"\"";
  return two_columns(name, option->get_description() + (has_default ? " [" + value + "]" : ""));
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  return two_columns(command->get_name(), command->get_description());
}
