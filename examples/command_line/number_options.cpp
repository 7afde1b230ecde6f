#include "number_options.hpp"

#include <cmath>

#include "number_text.hpp"

namespace {

std::string must_be(const std::string& range, const std::string& text) {
  return "must be a " + range + ", not '" + text + "'";
}

}  // namespace

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  return {[least, most](std::string& text) {
            std::uint64_t value = 0;
            if (!read_number(text, value) || value < least || value > most) {
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
            const bool is_fine = read_number(text, value) && std::isfinite(value) && fits(value);
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
