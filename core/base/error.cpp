#include <xgrad/core/base/error.hpp>

#include <cmath>
#include <sstream>
#include <utility>

#include <xgrad/core/base/dtype.hpp>
#include <xgrad/core/base/shape.hpp>

namespace xgrad {

void ErrorPart::print_text(std::ostream& out, const void* text) {
  out << *static_cast<const std::string_view*>(text);
}

template void ErrorPart::print<Shape>(std::ostream&, const void*);
template void ErrorPart::print<DType>(std::ostream&, const void*);
template void ErrorPart::print<int>(std::ostream&, const void*);
template void ErrorPart::print<long>(std::ostream&, const void*);
template void ErrorPart::print<unsigned long>(std::ostream&, const void*);

template <>
void ErrorPart::print<double>(std::ostream& out, const void* value) {
  const double number = *static_cast<const double*>(value);
  if (std::isnan(number))
    out << "nan";  // x86 makes NaNs with the sign set
  else
    out << number;
}

std::string error_text_of(std::string_view op, ErrorParts parts) {
  std::ostringstream text;
  text << '[' << op << "] ";
  for (const ErrorPart& part : parts) text << part;
  text << ErrorScope::current_place();
  return std::move(text).str();
}

void throw_invalid_argument(std::string_view op, ErrorParts parts) {
  throw std::invalid_argument(error_text_of(op, parts));
}
void throw_out_of_range(std::string_view op, ErrorParts parts) {
  throw std::out_of_range(error_text_of(op, parts));
}
void throw_runtime_error(std::string_view op, ErrorParts parts) {
  throw std::runtime_error(error_text_of(op, parts));
}

constinit thread_local const ErrorScope* ErrorScope::innermost_ = nullptr;

std::string ErrorScope::current_place() {
  struct Outside {  // an error inside place() must not ask for its place in turn
    const ErrorScope* const scope = std::exchange(innermost_, nullptr);
    ~Outside() { innermost_ = scope; }
  } const outside;
  try {
    return outside.scope ? outside.scope->place() : std::string();
  } catch (const std::exception&) {  // the first error matters more
    return {};
  }
}

}  // namespace xgrad
