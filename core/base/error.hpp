#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace xgrad {

class Shape;
enum class DType : std::uint8_t;

/// Tells errors where in the program this thread is. Scopes are local variables, so they form a stack. An
/// error asks the innermost one.
class ErrorScope {
 public:
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
  /// The end of an error's text, such as " (in blocks.0.attention.W_q)"; may be empty.
  virtual std::string place() const = 0;
  const ErrorScope* outer() const { return outer_; }

  static std::string current_place();  ///< of the innermost scope; empty without one

 protected:
  ErrorScope() : outer_(innermost_) { innermost_ = this; }
  ~ErrorScope() { innermost_ = outer_; }

 private:
  static constinit thread_local const ErrorScope* innermost_;
  const ErrorScope* outer_;
};

template <class T>
concept NotText = !std::convertible_to<const T&, std::string_view>;

/// One part of an error's text: any value that can be streamed and lives until the end of the statement.
class ErrorPart {
 public:
  ErrorPart(std::string_view text) : ErrorPart(&text_, print_text) { text_ = text; }
  template <NotText T>
  ErrorPart(const T& value) : ErrorPart(&value, print<T>) {}
  ErrorPart(const ErrorPart&) = delete;
  ErrorPart& operator=(const ErrorPart&) = delete;

  friend std::ostream& operator<<(std::ostream& out, const ErrorPart& part) {
    part.print_(out, part.value_);
    return out;
  }

 private:
  using Print = void (*)(std::ostream&, const void*);
  ErrorPart(const void* value, Print print) : value_(value), print_(print) {}
  static void print_text(std::ostream& out, const void* text);
  template <class T>
  static void print(std::ostream& out, const void* value) {
    out << *static_cast<const T*>(value);
  }

  std::string_view text_;
  const void* value_;
  Print print_;
};

// Types that many files print, compiled once. error.cpp
extern template void ErrorPart::print<Shape>(std::ostream&, const void*);
extern template void ErrorPart::print<DType>(std::ostream&, const void*);
extern template void ErrorPart::print<int>(std::ostream&, const void*);
extern template void ErrorPart::print<long>(std::ostream&, const void*);
extern template void ErrorPart::print<unsigned long>(std::ostream&, const void*);
template <>
void ErrorPart::print<double>(std::ostream& out, const void* value);  // without the sign of a NaN

/// The text of every error: `[op] the broken rule, with the shapes`, then the place from the innermost
/// ErrorScope. Parts are streamed in order.
using ErrorParts = std::initializer_list<ErrorPart>;
std::string error_text_of(std::string_view op, ErrorParts parts);
template <class... Parts>
std::string error_text(std::string_view op, const Parts&... parts) {
  return error_text_of(op, {ErrorPart(parts)...});
}

// The three templates below end in these. The templates are always inlined: each list of parts would make
// another function with a long name, and most are called once.
[[noreturn]] void throw_invalid_argument(std::string_view op, ErrorParts parts);
[[noreturn]] void throw_out_of_range(std::string_view op, ErrorParts parts);
[[noreturn]] void throw_runtime_error(std::string_view op, ErrorParts parts);

/// Throws `std::invalid_argument`: the arguments break a rule of the operation (shape, dtype, option).
template <class... Parts>
[[noreturn, gnu::always_inline]] inline void fail(std::string_view op, const Parts&... parts) {
  throw_invalid_argument(op, {ErrorPart(parts)...});
}

/// Throws `std::out_of_range`: an index or a dim is out of range.
template <class... Parts>
[[noreturn, gnu::always_inline]] inline void fail_range(std::string_view op, const Parts&... parts) {
  throw_out_of_range(op, {ErrorPart(parts)...});
}

/// Throws `std::runtime_error`: the state or the outside world is wrong, not the arguments.
template <class... Parts>
[[noreturn, gnu::always_inline]] inline void fail_state(std::string_view op, const Parts&... parts) {
  throw_runtime_error(op, {ErrorPart(parts)...});
}

/// A `std::bad_alloc` that names what the memory was for.
class OutOfMemory : public std::bad_alloc {
 public:
  explicit OutOfMemory(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}
  const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;  // shared, so that a copy throws nothing
};

}  // namespace xgrad
