#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace xgrad::training {

/// HTML or SVG, which is not escaped again.
struct Markup {
  std::string_view text;
};

/// What takes the place of a $ in a pattern. A view: it holds no text of its own.
class Slot {
 public:
  Slot(Markup markup) : kind_(Kind::markup), text_(markup.text) {}
  Slot(std::string_view text) : kind_(Kind::text), text_(text) {}  ///< escaped
  Slot(const std::string& text) : Slot(std::string_view(text)) {}
  Slot(const char* text) : Slot(std::string_view(text)) {}
  /// A length, with one decimal. With `digits`, a number as `short_number` writes it.
  Slot(double number, int digits = 0) : kind_(Kind::number), digits_(digits), number_(number) {}
  Slot(std::int64_t number) : Slot(static_cast<double>(number), 15) {}

 private:
  friend void append(std::string& page, std::string_view pattern, std::initializer_list<Slot> slots);
  enum class Kind : std::uint8_t { text, markup, number } kind_;
  int digits_ = 0;
  double number_ = 0;
  std::string_view text_;
};

/// Appends the pattern with a slot in place of each $: append(page, "<p>$</p>\n", {text}).
void append(std::string& page, std::string_view pattern, std::initializer_list<Slot> slots = {});

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

}  // namespace xgrad::training
