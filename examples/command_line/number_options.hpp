#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include <CLI/CLI.hpp>

// Checks of values on the command line. A bad value is an error of the parse that names it.

/// A decimal number. For `transform`, not `check`: CLI11 would take 017 for an octal number.
CLI::Validator whole_number(std::uint64_t least,
                            std::uint64_t most = std::numeric_limits<std::int64_t>::max());
/// A finite number; `range`, such as "above 0", says in an error what fits.
CLI::Validator number(const std::string& range, const std::function<bool(double)>& fits);
CLI::Validator positive();
CLI::Validator not_empty();
