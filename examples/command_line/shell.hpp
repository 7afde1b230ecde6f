#pragma once

#include <string>

/// A word for a shell's command line, in quotes if it needs them.
std::string shell_quoted(const std::string& word);
