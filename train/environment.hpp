#pragma once

#include <map>
#include <string>

namespace xgrad::train {

/// What the bits of a result depend on, beside the program: "threads", "instruction_set", "blas". Two runs
/// with the same strings and seeds give the same bits.
std::map<std::string, std::string> arithmetic_environment();

/// Compares a checkpoint's metadata with this process: "threads: 2 then, 4 now", one line for each
/// difference. Empty if there is none.
std::string environment_changes(const std::map<std::string, std::string>& metadata);

}  // namespace xgrad::train
