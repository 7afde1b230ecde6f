#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "config.hpp"

/// Makes `app.parse` fill `config`, which must live as long as `app`. A bad value is an error of the parse.
void add_options(CLI::App& app, Config& config);

/// The names of the options on the command line, such as "--steps".
std::vector<std::string> given_options(const CLI::App& app);
