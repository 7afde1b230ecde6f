#include "number_options.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

namespace {

std::string must_be(const std::string& range, const std::string& text) {
  return "must be a " + range + ", not '" + text + "'";
}

// Reads the whole of `text` as a number; false if it is not one of this type.
template <class T>
bool parse(const std::string& text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

}  // namespace

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return {[least, most](std::string& text) {
            std::uint64_t value = 0;
            if (!parse(text, value) || value < least || value > most) {
              return must_be("whole number from " + std::to_string(least) + " to " + std::to_string(most),
                             text);
            }
            text = std::to_string(value);
            return std::string();
          },
          ""};
}

CLI::Validator number(const std::string& range, const std::function<bool(double)>& fits) {
  return {[range, fits](std::string& text) {
            double value = 0;
            const bool is_fine = parse(text, value) && std::isfinite(value) && fits(value);
            return is_fine ? std::string() : must_be("number " + range, text);
          },
          ""};
}

CLI::Validator positive() {
  return number("above 0", [](double x) { return x > 0; });
}

CLI::Validator not_empty() {
  return {[](std::string& text) { return text.empty() ? std::string("must not be empty") : std::string(); },
          ""};
}
