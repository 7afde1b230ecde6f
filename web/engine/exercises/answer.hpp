#pragma once

#include <string>

namespace xgrad::web {

/// The number that a visitor wrote: "0.35", "2e-3", "3/7", with "−" for a minus too. Throws
/// std::invalid_argument, which says what to write, for a text that is no finite number.
double number_of(const std::string& text);

}  // namespace xgrad::web
