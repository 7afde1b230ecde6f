#pragma once

#include <CLI/CLI.hpp>

#include "config.hpp"

/// Makes `app.parse` fill `config`, which must live as long as `app`. A bad value is an error of the parse.
void add_options(CLI::App& app, Config& config);
