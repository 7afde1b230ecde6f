#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "calls.hpp"

namespace xgrad::web {

/// The arguments of a call, read with their types. An error names the panel, the argument and its value:
/// "[training] count must be a whole number from 1 to 1000, not 0".
class Arguments {
 public:
  /// Both must outlive this.
  Arguments(const char* panel, const Json& arguments) : panel_(panel), arguments_(arguments) {}

  std::int64_t whole_number(const char* name, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                            std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
  double number(const char* name) const;
  std::string text(const char* name) const;

 private:
  const Json& at(const char* name) const;
  [[noreturn]] void refuse(const char* name, const std::string& rule, const Json& value) const;

  const char* panel_;
  const Json& arguments_;
};

}  // namespace xgrad::web
