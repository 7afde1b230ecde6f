#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// Prints the help in at most 80 columns: each option with its default on the left, what it does on the
/// right.
class HelpFormat : public CLI::Formatter {
 public:
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;
};
