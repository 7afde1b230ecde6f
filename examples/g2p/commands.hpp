#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace g2p {

/// What the command line asks for; the result is the exit status.
using Action = std::function<int()>;

// These add a subcommand to the app. If the command line has it, `action` becomes what it does.
void add_train_command(CLI::App& app, Action& action);  // command_train.cpp
void add_eval_command(CLI::App& app, Action& action);   // command_eval.cpp
void add_say_command(CLI::App& app, Action& action);    // command_say.cpp

/// Where Debian's package pocketsphinx-en-us has CMU's dictionary.
constexpr const char* default_dictionary = "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict";

}  // namespace g2p
