#pragma once

#include <string>
#include <string_view>

/// The code points of a text in UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
/// Throws `std::runtime_error` that names `source` and the position of the first wrong byte. NUL is wrong,
/// too.
std::u32string decode_utf8(std::string_view bytes, const std::string& source);

std::string encode_utf8(std::u32string_view text);

/// The name for errors: 'é' (U+00E9), or U+000A for a control character.
std::string name_of(char32_t character);
