#include <xgrad/core/error.hpp>

#include <utility>

namespace xgrad {

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
