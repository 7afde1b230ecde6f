// The dtype bfloat16: rounding to it, and what a Tensor of it can do.
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>
#include <vector>

#include <xgrad/core/base/bfloat16.hpp>
#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("bfloat16: float32 rounds to the nearest, as in PyTorch") {
  const Tensor numbers = golden("bfloat16", "numbers"), rounded = golden("bfloat16", "rounded");
  CHECK(equal(numbers.to(bfloat16).to(float32), rounded));
  const std::vector<float> one_by_one = numbers.to_vector<float>(), expected = rounded.to_vector<float>();
  for (std::size_t i = 0; i < one_by_one.size(); ++i)
    REQUIRE(widened(to_bfloat16(one_by_one[i])) == expected[i]);
}

TEST_CASE("bfloat16: ties, the ends of the range and numbers that are not finite") {
  const auto rounded = [](double x) { return widened(to_bfloat16(static_cast<float>(x))); };
  const double step = std::exp2(-7);  // between neighbours in [1, 2)
  CHECK(rounded(1 + step / 2) == 1);
  CHECK(rounded(1 + step * 3 / 2) == 1 + 2 * step);
  CHECK(rounded(1 + step / 2 + std::exp2(-23)) == 1 + step);
  const double largest = (2 - step) * std::exp2(127), inf = std::numeric_limits<double>::infinity();
  CHECK(rounded(-largest) == -largest);
  CHECK(rounded(std::numeric_limits<float>::max()) == inf);
  CHECK(rounded(inf) == inf);
  CHECK(rounded(-inf) == -inf);
  CHECK(rounded(std::exp2(-133)) == std::exp2(-133));  // the smallest
  CHECK(rounded(std::exp2(-135)) == 0);
  CHECK(std::signbit(rounded(-0.0)));
  CHECK(std::isnan(rounded(std::numeric_limits<double>::quiet_NaN())));
  const float all_ones = bit_cast<float>(0xFFFFFFFF);  // a NaN that an addition would make a number
  CHECK(std::isnan(widened(to_bfloat16(all_ones))));
  CHECK(std::isnan(tensor({1.0f, all_ones}).to(bfloat16).to(float32).select(0, 1).item<float>()));
}

TEST_CASE("bfloat16: a Tensor is copied, viewed, filled, compared, read and printed") {
  const Tensor x = tensor({{1.0f, 2.5f, -3.0f}, {4.0f, 5.0f, 0.25f}}), half = x.to(bfloat16);
  CHECK(half.dtype() == bfloat16);
  CHECK(half.nbytes() == 12);
  CHECK(equal(half.to(float32), x));
  CHECK(equal(half.to(float64), x.to(float64)));
  CHECK(equal(half.to(int64), x.to(int64)));
  CHECK(equal(x.to(float64).to(bfloat16), half));
  CHECK(equal(half.mT().contiguous().to(float32), x.mT()));
  CHECK(equal(half.mT().to(float32), x.mT()));
  CHECK(equal(x.mT().to(bfloat16).to(float32), x.mT()));
  CHECK(equal(half.slice(1, 0, 3, 2).clone().to(float32), x.slice(1, 0, 3, 2)));
  CHECK(half.select(0, 0).select(0, 1).item<double>() == 2.5);
  CHECK(half.to_vector<double>() == x.to_vector<double>());
  CHECK(equal(half, x.to(bfloat16)));
  CHECK_FALSE(equal(half, x));
  CHECK_FALSE(equal(half, (x + 1).to(bfloat16)));
  CHECK(equal(full({2, 3}, 1.5, bfloat16).to(float32), full({2, 3}, 1.5, float32)));
  half.select(0, 1).fill_(7);
  CHECK(equal(half.to(float32), tensor({{1.0f, 2.5f, -3.0f}, {7.0f, 7.0f, 7.0f}})));
  half.copy_(x);
  CHECK(equal(half.to(float32), x));
  CHECK(zeros({0, 3}, bfloat16).to(float32).numel() == 0);
  std::ostringstream text;
  text << half;
  CHECK(text.str() == "[[ 1.    2.5  -3.  ]\n [ 4.    5.    0.25]] bfloat16");
}

TEST_CASE("bfloat16: what has no arithmetic says so") {
  const Tensor x = ones({2, 3}, bfloat16);
  CHECK_THROWS_TEXT(exp(x),
                    "[exp] needs a floating dtype, not bfloat16 of shape (2, 3); convert with to(float32)");
  CHECK_THROWS_TEXT(x + ones({2, 3}, float32),
                    "[add] operands are bfloat16 and float32; bfloat16 is for matrix");
  CHECK_THROWS_TEXT(x + x, "[add] operands are bfloat16 and bfloat16");
  CHECK_THROWS_TEXT(sum(x), "bfloat16");
  CHECK_THROWS_TEXT(x.add_(1), "bfloat16");
  CHECK_THROWS_TEXT(x.mul_(x), "bfloat16");
  CHECK_THROWS_TEXT(Variable(x, true), "bfloat16");
  CHECK_THROWS_TEXT(arange(3, bfloat16), "bfloat16");
  CHECK_THROWS_TEXT(rand({3}, bfloat16), "bfloat16");
}

TEST_CASE("bfloat16: a safetensors file holds it as BF16, and gives float32") {
  const std::string path = "bfloat16.safetensors";
  const Tensor x = tensor({{1.0f, -2.5f}, {0.25f, 3.0f}}).to(bfloat16);
  save_safetensors(path, {{"x", x}});
  const NamedTensors loaded = load_safetensors(path).tensors;
  REQUIRE(loaded.size() == 1);
  CHECK(equal(loaded[0].second, x.to(float32)));
  std::filesystem::remove(path);
}
