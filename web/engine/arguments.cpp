#include "arguments.hpp"

#include <stdexcept>

namespace xgrad::web {

const Json& Arguments::at(const char* name) const {
  const auto found = arguments_.find(name);
  if (found != arguments_.end()) return *found;
  throw std::invalid_argument("[" + std::string(panel_) + "] the request has no " + name);
}

void Arguments::refuse(const char* name, const std::string& rule, const Json& value) const {
  throw std::invalid_argument("[" + std::string(panel_) + "] " + name + " must be " + rule + ", not " +
                              value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::int64_t Arguments::whole_number(const char* name, std::int64_t least, std::int64_t most) const {
  using Limits = std::numeric_limits<std::int64_t>;
  const Json& value = at(name);
  // The parser makes all whole numbers from 0 on unsigned, so they may exceed int64.
  const bool is_too_large =
      value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{Limits::max()};
  if (value.is_number_integer() && !is_too_large) {
    const auto number = value.get<std::int64_t>();
    if (number >= least && number <= most) return number;
  }
  std::string rule = "a whole number";
  if (least != Limits::min()) rule += " from " + std::to_string(least) + " to " + std::to_string(most);
  refuse(name, rule, value);
}

double Arguments::number(const char* name) const {
  const Json& value = at(name);
  if (!value.is_number()) refuse(name, "a number", value);
  return value.get<double>();
}

std::string Arguments::text(const char* name) const {
  const Json& value = at(name);
  if (!value.is_string()) refuse(name, "a text", value);
  return value.get<std::string>();
}

}  // namespace xgrad::web
