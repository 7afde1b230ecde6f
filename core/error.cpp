#include <xgrad/core/error.hpp>

#include <sstream>

namespace xgrad {

std::string error_text_of(std::string_view op, std::initializer_list<ErrorPart> parts) {
  std::ostringstream text;
  text << '[' << op << "] ";
  for (const ErrorPart& part : parts) text << part;
  return std::move(text).str();
}

}  // namespace xgrad
