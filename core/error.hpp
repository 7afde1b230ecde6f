#pragma once

#include <memory>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace xgrad {

/// The text of every error: `[op] the rule that was broken, with the shapes`. Parts are streamed in order.
template <class... Parts>
std::string error_text(std::string_view op, const Parts&... parts) {
  std::ostringstream text;
  text << '[' << op << "] ";
  (text << ... << parts);
  return std::move(text).str();
}

/// Throws `std::invalid_argument`: the arguments break a rule of the operation (shape, dtype, option).
template <class... Parts>
[[noreturn]] void fail(std::string_view op, const Parts&... parts) {
  throw std::invalid_argument(error_text(op, parts...));
}

/// Throws `std::out_of_range`: an index or a dim lies outside of its range.
template <class... Parts>
[[noreturn]] void fail_range(std::string_view op, const Parts&... parts) {
  throw std::out_of_range(error_text(op, parts...));
}

/// Throws `std::runtime_error`: the arguments are fine, the state or the outside world is not.
template <class... Parts>
[[noreturn]] void fail_state(std::string_view op, const Parts&... parts) {
  throw std::runtime_error(error_text(op, parts...));
}

/// Not enough memory; a `std::bad_alloc` that says what for.
class OutOfMemory : public std::bad_alloc {
 public:
  explicit OutOfMemory(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}
  const char* what() const noexcept override { return text_->c_str(); }

 private:
  std::shared_ptr<const std::string> text_;  // shared, so that a copy throws nothing
};

}  // namespace xgrad
