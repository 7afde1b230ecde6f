#include <xgrad/core/error.hpp>

#include <sstream>
#include <utility>

namespace xgrad {

std::string error_text_of(std::string_view op, std::initializer_list<ErrorPart> parts) {
  std::ostringstream text;
  text << '[' << op << "] ";
  for (const ErrorPart& part : parts) text << part;
  text << ErrorScope::current_place();
  return std::move(text).str();
}

constinit thread_local const ErrorScope* ErrorScope::innermost_ = nullptr;

std::string ErrorScope::current_place() {
  struct Outside {  // so that an error on the way does not ask for its place in turn
    const ErrorScope* const scope = std::exchange(innermost_, nullptr);
    ~Outside() { innermost_ = scope; }
  } const outside;
  try {
    return outside.scope ? outside.scope->place() : std::string();
  } catch (const std::exception&) {  // the error that is being told comes first
    return {};
  }
}

}  // namespace xgrad
