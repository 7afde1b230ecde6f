#include <xgrad/core/kernels/integers.hpp>

#include <algorithm>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/elementwise.hpp>

namespace xgrad::kernels {
namespace {

using Integer = std::int64_t;
using Wrapping = std::uint64_t;  // in C++ only unsigned integers may wrap around

// The quotient without its fraction. By −1 it is −a, which wraps around for the least integer.
Integer quotient(Integer a, Integer b) {
  return b == -1 ? static_cast<Integer>(0 - static_cast<Wrapping>(a)) : a / b;
}
Integer rest(Integer a, Integer b) { return b == -1 ? 0 : a % b; }
bool is_rounded_up(Integer a, Integer b) { return rest(a, b) != 0 && (a < 0) != (b < 0); }

// By squares: the bits of b say which of a, a², a⁴, ... are factors.
Wrapping power(Wrapping a, Integer b) {
  Wrapping product = 1;
  for (; b > 0; b /= 2, a *= a) product *= b % 2 == 1 ? a : 1;
  return product;
}

template <class Number = Integer, class F>
BinaryRow<Integer> row(F) {
  return [](const Integer* a, Integer, const Integer* b, Integer, Integer* y, Integer n, Integer, Integer) {
    for (Integer i = 0; i < n; ++i) {
      y[i] = static_cast<Integer>(F()(static_cast<Number>(a[i]), static_cast<Number>(b[i])));
    }
  };
}

BinaryRow<Integer> row_of(Binary f) {
  switch (f) {
    case Binary::add:
      return row<Wrapping>([](Wrapping a, Wrapping b) { return a + b; });
    case Binary::sub:
      return row<Wrapping>([](Wrapping a, Wrapping b) { return a - b; });
    case Binary::maximum:
      return row([](Integer a, Integer b) { return std::max(a, b); });
    case Binary::minimum:
      return row([](Integer a, Integer b) { return std::min(a, b); });
    case Binary::div:
      return row([](Integer a, Integer b) { return quotient(a, b); });
    case Binary::floor_divide:
      return row([](Integer a, Integer b) { return quotient(a, b) - is_rounded_up(a, b); });
    case Binary::fmod:
      return row([](Integer a, Integer b) { return rest(a, b); });
    case Binary::remainder:
      return row([](Integer a, Integer b) { return rest(a, b) + (is_rounded_up(a, b) ? b : 0); });
    case Binary::pow:
      return row([](Integer a, Integer b) { return power(static_cast<Wrapping>(a), b); });
    default:  // mul, weigh
      return row<Wrapping>([](Wrapping a, Wrapping b) { return a * b; });
  }
}

bool is_division(Binary f) {
  return f == Binary::div || f == Binary::floor_divide || f == Binary::fmod || f == Binary::remainder;
}

}  // namespace

void integer_binary(std::string_view op, Binary f, const Tensor& a, const Tensor& b, const Tensor& y) {
  const auto some = [&](bool (*holds)(Integer)) {
    const std::vector<Integer> numbers = y.numel() > 0 ? b.to_vector<Integer>() : std::vector<Integer>();
    return std::any_of(numbers.begin(), numbers.end(), holds);
  };
  if (is_division(f) && some([](Integer n) { return n == 0; })) {
    fail(op, "division by 0: an integer divisor of shape ", b.shape(), " has a 0");
  }
  if (f == Binary::pow && some([](Integer n) { return n < 0; })) {
    fail(op, "integers have no negative powers: an exponent of shape ", b.shape(),
         " is negative; convert the base to a floating dtype, as in a.to(float64)");
  }
  zip_rows<Integer, Integer>(a, b, y, row_of(f));
}

}  // namespace xgrad::kernels
