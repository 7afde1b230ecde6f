#pragma once

#include <string>
#include <string_view>

/// The code points of a text in UTF-8. Throws `std::runtime_error`, naming `source` and the position of the
/// first byte that is wrong, for anything else (RFC 3629: no overlong form, no surrogate, nothing above
/// U+10FFFF), and for NUL, which no text holds.
std::u32string decode_utf8(std::string_view bytes, const std::string& source);

std::string encode_utf8(std::u32string_view text);

/// As an error names it: 'é' (U+00E9), or U+000A where there is nothing to be seen.
std::string name_of(char32_t character);
