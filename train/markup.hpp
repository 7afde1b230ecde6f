#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xgrad::train {

/// A text inside HTML or SVG, also in quotes: & < > " ' are escaped. Control characters, which XML does not
/// have, become U+FFFD; so does what is not UTF-8.
std::string escaped(std::string_view text);

/// A token that can be seen: a blank as ␣, a line break as ⏎, a tab as ⇥.
std::string visible_token(std::string_view token);

/// A number in at most `digits` digits, or seven if it is whole: 0.0312, 94000, 3.2e-5. An infinity or NaN by
/// name.
std::string short_number(double value, int digits = 4);

/// 102,336
std::string grouped_number(std::int64_t value);

}  // namespace xgrad::train
