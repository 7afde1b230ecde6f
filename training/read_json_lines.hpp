#pragma once

#include <filesystem>
#include <vector>

#include <xgrad/training/json_line.hpp>

namespace xgrad::training {

/// Reads what `json_line` wrote: a file of JSON objects, one a line, whose values are numbers, strings, true,
/// false or null. A number without a point or an exponent is int64, null is NaN. A last line without its end,
/// which a run at work is about to finish, is left out. Throws `std::runtime_error` that names the file, and
/// the number of a line that is something else.
std::vector<Fields> read_json_lines(const std::filesystem::path& path);

}  // namespace xgrad::training
