#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "config.hpp"
#include "ranks.hpp"

/// What the command line asks for; the result is the exit status.
using Action = std::function<int()>;

/// Trains, or goes on training. `given` names the options that are on the command line, `program` is the way
/// to call it.
int train_command(const Config& config, const std::vector<std::string>& given, const std::string& program,
                  Ranks& ranks);  // run.cpp
/// The same for the ranks but the first: without a word or a file.
int follow_command(Config config, const std::vector<std::string>& given, Ranks& ranks);  // follow.cpp

// These add a subcommand to the app. If the command line has it, `action` becomes what it does.
void add_sample_command(CLI::App& app, Action& action);   // command_sample.cpp
void add_eval_command(CLI::App& app, Action& action);     // command_eval.cpp
void add_inspect_command(CLI::App& app, Action& action);  // command_inspect.cpp
void add_report_command(CLI::App& app, Action& action);   // command_report.cpp
