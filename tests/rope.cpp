#include <xgrad/nn/rope.hpp>

#include <cmath>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

namespace {

const Tensor& numbers(const std::string& key) { return golden("rope", key); }

}  // namespace

TEST_CASE("RoPE: values and gradients are those of the paper's matrix, in both pairings") {
  for (const auto& [name, pairs] :
       {std::pair{"interleaved", RotaryPairs::interleaved}, {"halves", RotaryPairs::halves}}) {
    for (const auto& [dims, base] : {std::pair{8, 10000.0}, {4, 10000.0}, {6, 500.0}}) {
      const RoPE rope(8, {.base = base, .dims = dims, .pairs = pairs});
      for (const std::string where : {"offset 0", "offset 1000", "apart"}) {
        const std::string key = std::string(name) + "/" + std::to_string(dims) + "/" + where;
        CAPTURE(key);
        // as an op sees it: rows of heads that stand side by side
        const Variable x(numbers("x").transpose(1, 2).contiguous().transpose(1, 2), true);
        const Variable y =
            where == "apart" ? rope(x, numbers("positions")) : rope(x, where == "offset 0" ? 0 : 1000);
        CHECK(max_abs_diff(y.value(), numbers(key + "/out")) < 1e-11);
        y.backward(numbers("gout"));
        CHECK(max_abs_diff(x.grad(), numbers(key + "/grad")) < 1e-11);
        const Tensor x32 = numbers("x").to(float32);
        const Tensor y32 = where == "apart" ? rope(x32, numbers("positions")).value()
                                            : rope(x32, where == "offset 0" ? 0 : 1000).value();
        CHECK(y32.dtype() == float32);
        CHECK(max_abs_diff(y32.to(float64), numbers(key + "/out")) < 1e-6);
      }
    }
  }
}

TEST_CASE("RoPE: the product of a query and a key depends on their distance only") {
  manual_seed(0);
  const Tensor q = randn({1, 16}, float64), k = randn({1, 16}, float64);
  for (const RotaryPairs pairs : {RotaryPairs::interleaved, RotaryPairs::halves}) {
    const RoPE rope(16, {.pairs = pairs});
    const auto product = [&](std::int64_t at_q, std::int64_t at_k) {
      return sum(rope(q, at_q) * rope(k, at_k)).item<double>();
    };
    CHECK(std::abs(product(0, 0) - sum(q * k).item<double>()) < 1e-14);
    for (const std::int64_t distance : {-7, 1, 30}) {
      for (const std::int64_t at : {1, 99, 5000})
        CHECK(std::abs(product(at + distance, at) - product(distance, 0)) < 1e-11);
      CHECK(std::abs(product(distance, 0) - product(0, 0)) > 1e-3);
    }
  }
}

TEST_CASE("RoPE: every layout, row, head and thread gives the same") {
  manual_seed(1);
  const RoPE rope(6, {.dims = 4});
  const Tensor x = randn({3, 4, 50, 6}, float64);
  const Tensor y = rope(x, 5).value();
  CHECK(equal(y.slice(-1, 4), x.slice(-1, 4)));
  CHECK(equal(rope(x.transpose(0, 3).contiguous().transpose(0, 3), 5).value(), y));
  CHECK(equal(rope(x[1], 5).value(), y[1]));
  CHECK(equal(rope(x[1][2], 5).value(), y[1][2]));
  CHECK(equal(rope(x.slice(2, 20, 21), 25).value(), y.slice(2, 20, 21)));
  CHECK(equal(rope(x, arange(5, 55)).value(), y));
  CHECK(equal(rope(x, arange(5, 55).expand({3, 50})).value(), y));
  const Tensor large = randn({2, 4, 4096, 6}, float64);
  const Threads one(1);
  const Tensor alone = rope(large).value();
  const Threads three(3);
  CHECK(equal(rope(large).value(), alone));
}

TEST_CASE("RoPE: first and second derivatives by finite differences") {
  manual_seed(2);
  for (const RotaryPairs pairs : {RotaryPairs::interleaved, RotaryPairs::halves}) {
    const RoPE rope(6, {.base = 10, .dims = 4, .pairs = pairs});
    const auto f = [&](const Variable& x) { return rope(x * x, 2); };
    for (const int order : {1, 2}) {
      const GradcheckResult result = gradcheck(f, {randn({2, 2, 3, 6}, float64)}, {.order = order});
      CHECK_MESSAGE(result, result.message());
    }
  }
}

TEST_CASE("RoPE takes no rows, no batch and rows of size 0") {
  const RoPE rope(4);
  CHECK(rope(zeros({2, 3, 0, 4})).shape() == Shape{2, 3, 0, 4});
  CHECK(rope(zeros({0, 3, 2, 4})).shape() == Shape{0, 3, 2, 4});
  CHECK(rope(zeros({0, 3, 2, 4}), zeros({0, 2}, int64)).shape() == Shape{0, 3, 2, 4});
  CHECK(RoPE(0)(zeros({2, 0})).shape() == Shape{2, 0});
  CHECK(equal(rope(ones({1, 4})).value(), ones({1, 4})));
}

TEST_CASE("RoPE and rotary refuse wrong sizes and dtypes") {
  CHECK_THROWS_TEXT(RoPE(5), "[RoPE] dims must be even and between 0 and the size of a head, 5, but is 5");
  CHECK_THROWS_TEXT(RoPE(8, {.dims = 3}), "but is 3");
  CHECK_THROWS_TEXT(RoPE(8, {.dims = 10}), "but is 10");
  CHECK_THROWS_TEXT(RoPE(8, {.dims = -2}), "but is -2");
  CHECK_THROWS_TEXT(RoPE(-8), "must not be negative, got -8");
  CHECK_THROWS_TEXT(RoPE(8, {.base = 0}), "[RoPE] base must be positive and finite, got 0");
  CHECK_THROWS_TEXT(RoPE(8, {.base = NAN}), "base must be positive and finite, got nan");
  const RoPE rope(4);
  CHECK_THROWS_TEXT(rope(zeros({2, 3, 5})), "[RoPE] x must be (..., T, 4)");
  CHECK_THROWS_TEXT(rope(zeros({4})), "[RoPE] x must be (..., T, 4), not (4,)");
  CHECK_THROWS_TEXT(rope(zeros({2, 4}, int64)), "[RoPE] ");
  CHECK_THROWS_TEXT(rope(Variable()), "[RoPE] ");
  CHECK_THROWS_TEXT(rope(zeros({3, 4}), arange(2)), "got x (3, 4), positions (2,)");
  CHECK_THROWS_TEXT(rope(zeros({3, 4}), zeros({2, 3}, int64)), "got x (3, 4), positions (2, 3)");
  CHECK_THROWS_TEXT(rope(zeros({1, 2, 3, 4}), zeros({2, 3}, int64)), "positions (2, 3)");
  CHECK_THROWS_TEXT(rope(zeros({3, 4}), zeros({3})), "positions are int64, not float32; convert with to(");
  const Tensor c = ones({3, 2});
  CHECK_THROWS_TEXT(rotary(zeros({3, 4}), c, ones({3, 1})),
                    "[rotary] cos and sin must broadcast to (..., n)");
  CHECK_THROWS_TEXT(rotary(zeros({3, 3}), c, c), "got x (3, 3), cos (3, 2), sin (3, 2)");
  CHECK_THROWS_TEXT(rotary(zeros({2, 4}), c, c), "got x (2, 4)");
  CHECK_THROWS_TEXT(rotary(zeros({3, 4}, float64), c, c), "x is float64, cos float32, sin float32");
  CHECK_THROWS_TEXT(rotary(zeros({3, 4}, int64), c, c), "[rotary] ");
  CHECK_THROWS_TEXT(rotary(zeros({3, 4}), Tensor(), c), "[rotary] ");
}

TEST_CASE("RoPE prints its options") {
  CHECK(RoPE(8).extra_repr() == "dims=8, base=10000, interleaved");
  CHECK(RoPE(8, {.base = 500, .dims = 4, .pairs = RotaryPairs::halves}).extra_repr() ==
        "dims=4, base=500, halves");
}

TEST_CASE("a RoPE that was moved from rotates nothing") {
  RoPE rope(4);
  const RoPE other = std::move(rope);
  CHECK(other(ones({2, 4})).shape() == Shape{2, 4});
  CHECK_THROWS_TEXT(rope(ones({2, 4})), "[RoPE] the tensor is undefined");
}
