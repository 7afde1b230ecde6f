#pragma once

#include <CLI/CLI.hpp>

#include "config.hpp"

/// Has `app.parse` fill `config`, which must live as long. What does not fit is an error of the parse.
void add_options(CLI::App& app, Config& config);
