// argmax, topk and multinomial, against PyTorch (golden/make_pick.py).
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/embedding.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/multinomial.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("pick: argmax takes the first of equals, and a NaN before all") {
  const Tensor& x = golden("pick", "pick/x");
  for (int dim = 0; dim < 3; ++dim) {
    CAPTURE(dim);
    const Tensor& expected = golden("pick", "argmax/" + std::to_string(dim));
    CHECK(equal(argmax(x, dim), expected));
    CHECK(equal(argmax(x, dim - 3, true), expected.unsqueeze(dim)));
    CHECK(equal(argmax(x.permute({2, 0, 1}).contiguous().permute({1, 2, 0}), dim), expected));
  }
  CHECK(argmax(tensor({3, 7, 7}), 0).item<std::int64_t>() == 1);
  CHECK(argmax(tensor({false, true}), 0).item<std::int64_t>() == 1);
  CHECK(argmax(zeros({0, 3}), 1).shape() == Shape{0});
  CHECK_THROWS_TEXT(argmax(zeros({2, 0}), 1),
                    "[argmax] dim 1 of shape (2, 0) has size 0: there is no largest element");
  CHECK_THROWS_TEXT(argmax(zeros({2}), 1), "[argmax] dim 1 is out of range for a tensor of 1 dims");
}

TEST_CASE("pick: argmin takes the first of equals, and a NaN before all") {
  const Tensor& x = golden("pick", "pick/x");
  for (int dim = 0; dim < 3; ++dim) {
    CAPTURE(dim);
    const Tensor& expected = golden("pick", "argmin/" + std::to_string(dim));
    CHECK(equal(argmin(x, dim), expected));
    CHECK(equal(argmin(x, dim - 3, true), expected.unsqueeze(dim)));
  }
  CHECK(argmin(tensor({3, 1, 1}), 0).item<std::int64_t>() == 1);
  CHECK_THROWS_TEXT(argmin(zeros({2, 0}), 1),
                    "[argmin] dim 1 of shape (2, 0) has size 0: there is no smallest element");
}

TEST_CASE("pick: one_hot") {
  CHECK(equal(one_hot(tensor({0, 2})), tensor({{1, 0, 0}, {0, 0, 1}})));
  CHECK(equal(one_hot(tensor(1), 3), tensor({0, 1, 0})));
  CHECK(one_hot(zeros({2, 0}, int64), 4).shape() == Shape{2, 0, 4});
  CHECK_THROWS_TEXT(one_hot(tensor({0, 3}), 3),
                    "[one_hot] index 3 at position (1,) is out of range for dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT(one_hot(tensor({-1})), "[one_hot] index -1 at position (0,) is out of range");
  CHECK_THROWS_TEXT(one_hot(zeros({2})), "[one_hot] indices are int64, not float32");
  CHECK_THROWS_TEXT(one_hot(tensor({0}), 0), "[one_hot] the number of classes must be positive, not 0");
  CHECK_THROWS_TEXT(one_hot(zeros({0}, int64)),
                    "[one_hot] of no indices, shape (0,), the number of classes must be given");
}

TEST_CASE("pick: multinomial draws PyTorch's numbers") {
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

TEST_CASE("pick: one_hot of indices that leave no room") {
  CHECK_THROWS_TEXT(one_hot(tensor({INT64_MAX, std::int64_t{0}})),
                    "[one_hot] index 9223372036854775807 needs more classes than can be counted");
  CHECK_THROWS_TEXT(one_hot(tensor({INT64_MAX - 1, std::int64_t{0}})),
                    "[one_hot] more elements than can be counted: (2, 9223372036854775807)");
  CHECK_THROWS_TEXT(one_hot(zeros({1, 1, 1, 1, 1, 1, 1, 1}, int64)),
                    "[one_hot] indices of shape (1, 1, 1, 1, 1, 1, 1, 1) leave no dim for the classes");
}

TEST_CASE("pick: multinomial's errors") {
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

TEST_CASE("pick: multinomial takes weights whose sum no number holds") {
  for (const DType dtype : {float32, float64}) {
    const double most = dtype == float32 ? 3e38 : 1.5e308;
    const Tensor huge = full({8}, most, dtype), small = ones({8}, dtype);
    for (const bool replacement : {true, false}) {
      Generator a(5), b(5);
      CHECK(equal(multinomial(huge, 8, replacement, a), multinomial(small, 8, replacement, b)));
    }
  }
}
