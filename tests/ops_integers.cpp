// What int64 Tensors have beside + - * /, against PyTorch (golden/make_integers.py).
#include "op_table.hpp"
#include "support.hpp"

#include <limits>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/rounding.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("integers: values") {
  check_ops("integers", {
                            {"floor_divide", [](const Xs& x) { return floor_divide(x[0], x[1]); }},
                            {"floor_divide_-3", [](const Xs& x) { return floor_divide(x[0], -3); }},
                            {"div_trunc", [](const Xs& x) { return div(x[0], x[1], Rounding::trunc); }},
                            {"div_trunc_-3", [](const Xs& x) { return div(x[0], -3, Rounding::trunc); }},
                            {"remainder", [](const Xs& x) { return remainder(x[0], x[1]); }},
                            {"remainder_-3", [](const Xs& x) { return remainder(x[0], -3); }},
                            {"fmod", [](const Xs& x) { return fmod(x[0], x[1]); }},
                            {"fmod_-3", [](const Xs& x) { return fmod(x[0], -3); }},
                            {"pow", [](const Xs& x) { return pow(x[0], x[1]); }},
                            {"pow_0", [](const Xs& x) { return pow(x[0], 0); }},
                            {"pow_1", [](const Xs& x) { return pow(x[0], 1); }},
                            {"pow_2", [](const Xs& x) { return pow(x[0], 2); }},
                            {"pow_5", [](const Xs& x) { return pow(x[0], 5); }},
                            {"clamp_-3_4", [](const Xs& x) { return clamp(x[0], -3, 4); }},
                            {"clamp_2_", [](const Xs& x) { return clamp(x[0], 2); }},
                            {"clamp__2", [](const Xs& x) { return clamp(x[0], {}, 2); }},
                            {"clamp_4_-3", [](const Xs& x) { return clamp(x[0], 4, -3); }},
                            {"floor", [](const Xs& x) { return floor(x[0]); }},
                            {"ceil", [](const Xs& x) { return ceil(x[0]); }},
                            {"round", [](const Xs& x) { return round(x[0]); }},
                            {"trunc", [](const Xs& x) { return trunc(x[0]); }},
                        });
}

TEST_CASE("integers: the least one by -1 wraps around") {  // PyTorch dies of it
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  const Tensor x = tensor({least, std::int64_t{5}});
  CHECK(equal(floor_divide(x, -1).value(), tensor({least, std::int64_t{-5}})));
  CHECK(equal(div(x, -1, Rounding::trunc).value(), tensor({least, std::int64_t{-5}})));
  CHECK(equal(fmod(x, -1).value(), tensor({0, 0})));
  CHECK(equal(remainder(x, -1).value(), tensor({0, 0})));
}

TEST_CASE("integers: a floating number converts them to the default dtype") {
  const Tensor x = tensor({-7, 0, 3});
  CHECK(equal(clamp(x, -0.5).value(), tensor({-0.5, 0.0, 3.0})));
  CHECK(equal(clamp(x, 1, 2.5).value(), tensor({1.0, 1.0, 2.5})));
  CHECK(equal(pow(x, 2.0).value(), tensor({49.0, 0.0, 9.0})));
  CHECK(equal(div(x, 2).value(), tensor({-3.5, 0.0, 1.5})));
}

TEST_CASE("integers: rounding copies them") {
  const Tensor x = tensor({1, 2});
  const Tensor y = floor(x).value();
  y.add_(1);
  CHECK(equal(x, tensor({1, 2})));
}

TEST_CASE("integers: errors") {
  const Tensor x = tensor({1, 2}), zero = tensor({3, 0});
  CHECK_THROWS_TEXT(floor_divide(x, zero),
                    "[floor_divide] division by 0: an integer divisor of shape (2,) has a 0");
  CHECK_THROWS_TEXT(div(x, zero, Rounding::trunc), "[div] division by 0: an integer divisor of shape (2,)");
  CHECK_THROWS_TEXT(remainder(x, 0), "[remainder] division by 0: an integer divisor of shape () has a 0");
  CHECK_THROWS_TEXT(fmod(x, zero), "[fmod] division by 0");
  CHECK_THROWS_TEXT(pow(x, -1),
                    "[pow] integers have no negative powers: an exponent of shape () is negative");
  CHECK_THROWS_TEXT(pow(x, tensor({1, -2})), "convert the base to a floating dtype, as in a.to(float64)");
}
