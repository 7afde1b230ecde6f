#pragma once

#include <string>
#include <string_view>

namespace xgrad {

/// How std::to_chars writes a floating-point number: the fewest digits that read back as `value`, with an
/// exponent if that is shorter.
std::string number_text(double value);
std::string number_text(float value);

enum class NumberStyle { fixed, scientific };
/// With or without an exponent. The fewest digits that read back, or `precision` digits behind the point.
std::string number_text(double value, NumberStyle style, int precision = -1);
std::string number_text(float value, NumberStyle style, int precision = -1);

/// Whether all of `text` is a number of float64's range, as std::from_chars reads it; `number` is then set.
bool read_number(std::string_view text, double& number);

}  // namespace xgrad
