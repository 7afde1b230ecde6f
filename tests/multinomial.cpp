// multinomial, against PyTorch (golden/make_pick.py).
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/multinomial.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("multinomial: it draws PyTorch's numbers") {
  for (const DType dtype : {float32, float64}) {
    const Tensor w = golden("pick", "multinomial/weights").to(dtype);
    for (const auto& [count, replacement] :
         {std::pair{1, false}, {1, true}, {5, false}, {12, false}, {40, true}}) {
      const std::string key = "multinomial/" + std::string(name(dtype)) + "/" + std::to_string(count) + "/" +
                              (replacement ? "1" : "0");
      CAPTURE(key);
      Generator generator(7);
      CHECK(equal(multinomial(w, count, replacement, generator), golden("pick", key)));
      generator.manual_seed(7);
      CHECK(equal(multinomial(w.select(0, 2), count, replacement, generator), golden("pick", key + "/row")));
    }
  }
}

TEST_CASE("multinomial: errors") {
  CHECK_THROWS_TEXT(multinomial(tensor({1.0, -1.0}), 1),
                    "[multinomial] weight 1 of row 0 is -1; weights are finite and not negative");
  CHECK_THROWS_TEXT(multinomial(tensor({{1.0, 1.0}, {1.0, NAN}}), 1),
                    "[multinomial] weight 1 of row 1 is nan");
  CHECK_THROWS_TEXT(multinomial(tensor({1.0, INFINITY}), 1), "[multinomial] weight 1 of row 0 is inf");
  CHECK_THROWS_TEXT(multinomial(zeros({2, 2}), 1),
                    "[multinomial] row 0 of the weights has no weight above 0");
  CHECK_THROWS_TEXT(multinomial(zeros({2, 2}), 3, true),
                    "[multinomial] row 0 of the weights has no weight above 0");
  CHECK_THROWS_TEXT(
      multinomial(tensor({1.0, 0.0, 2.0}), 3),
      "[multinomial] row 0 has 2 weights above 0, fewer than the 3 to be drawn; pass replacement = true");
  CHECK_THROWS_TEXT(multinomial(ones({2}), 0), "[multinomial] the number of draws must be at least 1, not 0");
  CHECK_THROWS_TEXT(multinomial(ones({2, 0}), 1),
                    "[multinomial] there is nothing to draw from in weights of shape (2, 0)");
  CHECK_THROWS_TEXT(multinomial(ones({2, 2, 2}), 1),
                    "[multinomial] weights are (V) or (N, V), not (2, 2, 2)");
  CHECK_THROWS_TEXT(multinomial(ones({2}, int64), 1), "[multinomial] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(multinomial(ones({0, 3}), 4),
                    "[multinomial] weights of shape (0, 3) have 3 in a row, fewer than the 4 to be drawn");
  CHECK(multinomial(ones({0, 3}), 4, true).shape() == Shape{0, 4});
  CHECK(multinomial(ones({0, 3}), 1).shape() == Shape{0, 1});
}

TEST_CASE("multinomial: the sum of the weights may overflow") {
  for (const DType dtype : {float32, float64}) {
    const double most = dtype == float32 ? 3e38 : 1.5e308;
    const Tensor huge = full({8}, most, dtype), small = ones({8}, dtype);
    for (const bool replacement : {true, false}) {
      Generator a(5), b(5);
      CHECK(equal(multinomial(huge, 8, replacement, a), multinomial(small, 8, replacement, b)));
    }
  }
}
