#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/like.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

constexpr std::int64_t big = std::int64_t{1} << 60;

}  // namespace

TEST_CASE("factories give the expected shapes, dtypes and elements") {
  const struct {
    const char* name;
    Tensor made;
    DType dtype;
    Shape shape;
    std::vector<double> elements;
  } table[] = {
      {"zeros", zeros({2}), float32, {2}, {0, 0}},
      {"ones", ones({1, 2}, boolean), boolean, {1, 2}, {1, 1}},
      {"full", full({2}, 2.5), float32, {2}, {2.5, 2.5}},
      {"full int", full({1}, 3), int64, {1}, {3}},
      {"full bool", full({}, true), boolean, {}, {1}},
      {"full as", full({1}, 3, float64), float64, {1}, {3}},
      {"empty dim", zeros({2, 0}), float32, {2, 0}, {}},
      {"eye", eye(2), float32, {2, 2}, {1, 0, 0, 1}},
      {"eye wide", eye(1, 3, int64), int64, {1, 3}, {1, 0, 0}},
      {"eye tall", eye(2, 1), float32, {2, 1}, {1, 0}},
      {"eye 0", eye(0), float32, {0, 0}, {}},
      {"arange", arange(3), int64, {3}, {0, 1, 2}},
      {"arange float", arange(2.5), float32, {3}, {0, 1, 2}},
      {"arange from to", arange(2, 5), int64, {3}, {2, 3, 4}},
      {"arange step", arange(0, 7, 3), int64, {3}, {0, 3, 6}},
      {"arange step meets the end", arange(0, 6, 3), int64, {2}, {0, 3}},
      {"arange down", arange(5, 0, -2), int64, {3}, {5, 3, 1}},
      {"arange of nothing", arange(4, 4), int64, {0}, {}},
      {"arange fractions", arange(0.0, 1.0, 0.25), float32, {4}, {0, 0.25, 0.5, 0.75}},
      {"arange as", arange(3, float64), float64, {3}, {0, 1, 2}},
      {"tensor of a number", tensor(3.5), float32, {}, {3.5}},
      {"tensor of one", tensor({7}), int64, {1}, {7}},
      {"tensor of none", tensor({}), float32, {0}, {}},
      {"tensor nested", tensor({{1, 2, 3}, {4, 5, 6}}), int64, {2, 3}, {1, 2, 3, 4, 5, 6}},
      {"tensor nested one", tensor({{1}}), int64, {1, 1}, {1}},
      {"tensor nested two", tensor({{1}, {2}}), int64, {2, 1}, {1, 2}},
      {"tensor deep", tensor({{{1.5, 2}}, {{3, 4}}}), float32, {2, 1, 2}, {1.5, 2, 3, 4}},
      {"tensor mixed", tensor({true, false, 2}), int64, {3}, {1, 0, 2}},
      {"tensor bool", tensor({true, false}), boolean, {2}, {1, 0}},
      {"tensor as", tensor({1, 2}, float64), float64, {2}, {1, 2}},
      {"tensor of empty rows", tensor({{}, {}}), float32, {2, 0}, {}},
      {"tensor of a vector", tensor(std::vector<double>{1.5}), float64, {1}, {1.5}},
      {"tensor of vector<bool>", tensor(std::vector<bool>{true, false}), boolean, {2}, {1, 0}},
      {"zeros_like", zeros_like(ones({2}, int64)), int64, {2}, {0, 0}},
      {"ones_like as", ones_like(zeros({2}, int64), float64), float64, {2}, {1, 1}},
      {"full_like", full_like(zeros({2}, int64), 3), int64, {2}, {3, 3}},
      {"zeros_like of a Variable", zeros_like(Variable(ones({2}, float64), true)), float64, {2}, {0, 0}},
      {"full_like of a Variable", full_like(Variable(tensor({1})) + 1, 3), int64, {1}, {3}},
      {"like a view", zeros_like(ones({2, 3}).transpose(0, 1)).select(1, 0), float32, {3}, {0, 0, 0}},
  };
  for (const auto& [name, made, dtype, shape, elements] : table) {
    CAPTURE(name);
    CHECK(made.dtype() == dtype);
    CHECK(made.shape() == shape);
    CHECK(made.to_vector<double>() == elements);
  }
}

TEST_CASE("integers beyond a double's 53 bits stay exact") {
  CHECK(equal(arange(big + 1, big + 4), tensor({big + 1, big + 2, big + 3})));
  CHECK(arange(big + 1, big + 1).numel() == 0);
  CHECK_THROWS_TEXT(arange(big + 1, big), "[arange] a step of 1 does not lead from");
  CHECK(full({1}, big + 1).item<std::int64_t>() == big + 1);
  CHECK(tensor({big + 1}).to_vector<std::int64_t>()[0] == big + 1);
}

TEST_CASE("integers over their whole range stay exact") {
  using Limits = std::numeric_limits<std::int64_t>;
  const std::int64_t half = Limits::max() / 2 + 1;
  CHECK(equal(arange(Limits::min(), Limits::max(), half),
              tensor({Limits::min(), -half, std::int64_t{0}, half})));
  CHECK(
      equal(arange(Limits::max(), Limits::min(), Limits::min()), tensor({Limits::max(), std::int64_t{-1}})));
  CHECK(equal(arange(Limits::max() - 1, Limits::max()), tensor({Limits::max() - 1})));
}

TEST_CASE("refused arguments say why") {
  CHECK_THROWS_TEXT(zeros({2, -1}), "[empty] sizes must not be negative: (2, -1)");
  CHECK_THROWS_TEXT(empty({big, big}), "[empty] more elements than can be counted");
  CHECK_THROWS_TEXT(empty({0, big, 16}), "[empty] more elements than can be counted");
  CHECK_THROWS_TEXT(arange(0, 5, 0), "[arange] step must not be 0");
  CHECK_THROWS_TEXT(arange(5, 0), "[arange] a step of 1 does not lead from 5 to 0");
  CHECK_THROWS_TEXT(arange(std::numeric_limits<double>::quiet_NaN()),
                    "[arange] a step of 1 does not lead from 0 to nan");
  CHECK_THROWS_TEXT(arange(std::numeric_limits<double>::infinity()),
                    "[arange] more elements than can be counted: inf");
  CHECK_THROWS_TEXT(tensor({{1, 2}, {3}}), "[tensor] rows of different shapes: row 0 is (2,), row 1 is (1,)");
  CHECK_THROWS_TEXT(tensor({{1, 2}, 3}), "[tensor] rows of different shapes: row 0 is (2,), row 1 is ()");
}

TEST_CASE("a Scalar takes the dtype of the Tensor") {
  CHECK(Scalar(2.9).to<std::int64_t>() == 2);
  CHECK(Scalar(0.5).to<bool>());
  CHECK_FALSE(Scalar(0).to<bool>());
  CHECK(Scalar(true).to<float>() == 1.f);
  CHECK(Scalar(big + 1).to<std::int64_t>() == big + 1);
  CHECK(Scalar(1.f).is_floating());
  CHECK_FALSE(Scalar(1).is_floating());
  CHECK(Scalar(false).is_boolean());
  CHECK_FALSE(Scalar('a').is_boolean());
}
