#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xgrad::training {

using FieldValue = std::variant<std::int64_t, double, bool, std::string>;
/// One line of a log: names and values, in order.
using Fields = std::vector<std::pair<std::string, FieldValue>>;

/// {"step":12,"loss":0.25} and a new line. A double is written with the fewest digits that give it back; NaN
/// and infinities, which JSON does not have, as null. Strings must be UTF-8.
std::string json_line(const Fields& fields);

}  // namespace xgrad::training
