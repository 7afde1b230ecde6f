#pragma once

#include <map>
#include <string>

namespace xgrad::training {

/// What the bits of a result depend on, beside the program and its seeds: "threads", "instruction_set",
/// "blas", and "rules" (see `set_readable_rules`).
std::map<std::string, std::string> arithmetic_environment();

/// The same with "processor", "system", "compiler" and "xgrad" (its version), which tell a reader where a
/// result is from.
std::map<std::string, std::string> environment();

/// Compares a checkpoint's metadata with this process: "threads: 2 then, 4 now", one line for each
/// difference. Empty if there is none.
std::string environment_changes(const std::map<std::string, std::string>& metadata);

}  // namespace xgrad::training
