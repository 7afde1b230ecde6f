// How texts and numbers are written into HTML and SVG.
#include <xgrad/training/markup.hpp>

#include <cmath>
#include <string>

#include <doctest/doctest.h>

using namespace xgrad;

TEST_CASE("texts are escaped for HTML, and what is not UTF-8 is replaced") {
  CHECK(training::escaped("<b a=\"1\" c='2'>&amp;") == "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
  CHECK(training::escaped("é€🐋\n\t") == "é€🐋\n\t");
  CHECK(training::escaped(std::string_view("a\0b\x1b\x7f", 5)) == "a\uFFFDb\uFFFD\uFFFD");
  CHECK(training::escaped("\xff\xc3") == "\uFFFD\uFFFD");
  CHECK(training::escaped("\xed\xa0\x80").starts_with("\uFFFD"));      // a surrogate
  CHECK(training::escaped("\xc0\xbc").starts_with("\uFFFD"));          // "<" in an overlong form
  CHECK(training::escaped("\xf4\x90\x80\x80").starts_with("\uFFFD"));  // beyond U+10FFFF
}

TEST_CASE("a pattern is filled with escaped texts, lengths and numbers") {
  std::string page = "+";
  training::append(page, "<a b=\"$\">$</a> $ $ $",
                   {"\"", training::Markup{"<b>"}, 12.345, {1.0 / 3, 3}, std::int64_t{1234567}});
  CHECK(page == "+<a b=\"&quot;\"><b></a> 12.3 0.333 1234567");
}

TEST_CASE("numbers are short") {
  CHECK(training::short_number(0.03125) == "0.03125");
  CHECK(training::short_number(3.2e-5) == "3.2e-5");
  CHECK(training::short_number(1e20) == "1e20");
  CHECK(training::short_number(94000) == "94000");
  CHECK(training::short_number(-0.12345, 2) == "-0.12");
  CHECK(training::short_number(0) == "0");
  CHECK(training::short_number(NAN) == "nan");
  CHECK(training::short_number(-INFINITY) == "-inf");
  CHECK(training::grouped_number(102336) == "102,336");
  CHECK(training::grouped_number(-999) == "-999");
  CHECK(training::grouped_number(-1234567) == "-1,234,567");
}
