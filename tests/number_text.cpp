// The expected texts are those of the C++ standard's to_chars: the fewest digits that read back as the
// number, and of two equally good texts the shorter one, without an exponent if both have the same length.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>

#include <xgrad/core/base/bit_cast.hpp>
#include <xgrad/core/base/number_text.hpp>

using namespace xgrad;

TEST_CASE("number_text writes the fewest digits that read back, with an exponent if that is shorter") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(0.1f) == "0.1");
  CHECK(number_text(static_cast<double>(0.1f)) == "0.10000000149011612");
  CHECK(number_text(1.0 / 3) == "0.3333333333333333");
  CHECK(number_text(1.0f / 3) == "0.33333334");
  CHECK(number_text(0.0) == "0");
  CHECK(number_text(-0.0) == "-0");
  CHECK(number_text(1234.5) == "1234.5");
  CHECK(number_text(10000.0) == "10000");
  CHECK(number_text(100000.0) == "1e+05");
  CHECK(number_text(123456.0) == "123456");
  CHECK(number_text(1e22) == "1e+22");
  CHECK(number_text(-2.5e-7) == "-2.5e-07");
  CHECK(number_text(0.001) == "0.001");
  CHECK(number_text(0.0001) == "1e-04");
  CHECK(number_text(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(number_text(std::numeric_limits<double>::denorm_min()) == "5e-324");
  CHECK(number_text(std::numeric_limits<float>::denorm_min()) == "1e-45");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(number_text(-std::numeric_limits<float>::infinity()) == "-inf");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("number_text writes with or without an exponent, to a number of digits or to the fewest") {
  CHECK(number_text(1234.5, NumberStyle::fixed) == "1234.5");
  CHECK(number_text(1234.5, NumberStyle::scientific) == "1.2345e+03");
  CHECK(number_text(2.0, NumberStyle::fixed) == "2");
  CHECK(number_text(2.0f, NumberStyle::scientific) == "2e+00");
  CHECK(number_text(1e-7, NumberStyle::fixed) == "0.0000001");
  CHECK(number_text(1e10f, NumberStyle::fixed) == "10000000000");
  CHECK(number_text(2.0, NumberStyle::fixed, 3) == "2.000");
  CHECK(number_text(0.12345, NumberStyle::fixed, 2) == "0.12");
  CHECK(number_text(0.12345f, NumberStyle::scientific, 2) == "1.23e-01");
  CHECK(number_text(std::numeric_limits<double>::infinity(), NumberStyle::fixed, 2) == "inf");
}

TEST_CASE("numbers of all magnitudes read back") {
  std::mt19937_64 random(7);
  int seen = 0;
  while (seen < 2000) {
    const double value = bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    ++seen;
    CHECK(std::strtod(number_text(value).c_str(), nullptr) == value);
    double read = 0;
    CHECK(read_number(number_text(value, NumberStyle::scientific), read));
    CHECK(read == value);
  }
}

TEST_CASE("read_number takes all of a text, or nothing") {
  double number = 7;
  CHECK(read_number("-2.5e3", number));
  CHECK(number == -2500);
  CHECK(read_number("1e-310", number));
  CHECK(number == 1e-310);
  for (const char* text :
       {"", "+1", " 1", "1 ", "1x", "0x10", "x", ".", "-", "1e", "1e999", "-1e999", "1e-999"}) {
    CAPTURE(text);
    CHECK_FALSE(read_number(text, number));
  }
  CHECK(number == 1e-310);
}
