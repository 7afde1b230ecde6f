#include <xgrad/nn/positions.hpp>

#include <cmath>

#include <doctest/doctest.h>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

namespace {

// Vaswani et al. 2017, section 3.5.
double sinusoid(std::int64_t position, std::int64_t j, std::int64_t d_model) {
  const auto p = static_cast<double>(position), even = static_cast<double>(j - j % 2);
  const double angle = p / std::pow(10000.0, even / static_cast<double>(d_model));
  return j % 2 == 0 ? std::sin(angle) : std::cos(angle);
}

}  // namespace

TEST_CASE("SinusoidalPositions adds the paper's sines and cosines") {
  manual_seed(0);
  const SinusoidalPositions positions(6);
  const Tensor x = randn({2, 4, 6}, float64), places = tensor({{0, 1, 2, 3}, {7, -2, 5000, 1}});
  const Tensor y = positions(x).value(), later = positions(x, 100).value(),
               apart = positions(x, places).value();
  for (std::int64_t b = 0; b < 2; ++b) {
    for (std::int64_t t = 0; t < 4; ++t) {
      for (std::int64_t j = 0; j < 6; ++j) {
        const double from = x.at({b, t, j});
        CHECK(std::abs(y.at({b, t, j}) - (from + sinusoid(t, j, 6))) < 1e-14);
        CHECK(std::abs(later.at({b, t, j}) - (from + sinusoid(100 + t, j, 6))) < 1e-13);
        const std::int64_t place = places[{b, t}].item<std::int64_t>();
        CHECK(std::abs(apart.at({b, t, j}) - (from + sinusoid(place, j, 6))) < 1e-11);
      }
    }
  }
  CHECK(positions(x.to(float32)).dtype() == float32);
  CHECK(equal(positions(x, places[1]).value(), positions(x, places.slice(0, 1).expand({2, 4})).value()));
  CHECK(positions(zeros({2, 0, 6})).shape() == Shape{2, 0, 6});
  CHECK(positions(zeros({0, 3, 6}), zeros({0, 3}, int64)).shape() == Shape{0, 3, 6});
  CHECK(positions.num_parameters() == 0);
}

TEST_CASE("LearnedPositions adds the weight's row of each position") {
  manual_seed(1);
  const LearnedPositions positions(5, 3, float64);
  const Tensor x = randn({2, 2, 3}, float64), places = tensor({{0, 4}, {2, 2}});
  const Tensor later = positions(x, 3).value(), apart = positions(x, places).value();
  for (std::int64_t b = 0; b < 2; ++b) {
    for (std::int64_t t = 0; t < 2; ++t) {
      for (std::int64_t j = 0; j < 3; ++j) {
        const double from = x.at({b, t, j});
        const std::int64_t place = places[{b, t}].item<std::int64_t>();
        CHECK(later.at({b, t, j}) == from + positions.weight.value().at({3 + t, j}));
        CHECK(apart.at({b, t, j}) == from + positions.weight.value().at({place, j}));
      }
    }
  }
  for (const bool is_apart : {false, true}) {
    std::vector<NamedVariable> leaves = {{"weight", positions.weight}};
    const GradcheckResult result =
        gradcheck([&](const Variable& v) { return is_apart ? positions(v, places) : positions(v, 1); }, {x},
                  {}, leaves);
    CHECK_MESSAGE(result, result.message());
  }
}

TEST_CASE("positions refuse sizes that do not fit") {
  CHECK_THROWS_TEXT(SinusoidalPositions(5), "[SinusoidalPositions] d_model must be positive and even, got 5");
  CHECK_THROWS_TEXT(SinusoidalPositions(0), "got 0");
  const SinusoidalPositions sines(4);
  CHECK_THROWS_TEXT(sines(ones({2, 3})), "[SinusoidalPositions] x must be (..., T, 4), not (2, 3)");
  CHECK_THROWS_TEXT(sines(ones({4})), "not (4,)");
  CHECK_THROWS_TEXT(sines(zeros({2, 4}, int64)), "[SinusoidalPositions] ");
  CHECK_THROWS_TEXT(sines(ones({2, 3, 4}), arange(2)), "got int64 (2,) for x (2, 3, 4)");
  CHECK_THROWS_TEXT(sines(ones({2, 3, 4}), zeros({3})), "got float32 (3,)");
  const LearnedPositions learned(5, 4);
  CHECK_THROWS_TEXT(learned(ones({2, 3})), "[LearnedPositions] x must be (..., T, 4), not (2, 3)");
  CHECK_THROWS_TEXT(learned(ones({1, 4}), INT64_MAX), "positions 9223372036854775807 of x (1, 4) exceed");
  CHECK_THROWS_TEXT(learned(ones({6, 4})), "positions 0 to 6 of x (6, 4) exceed the context of 5");
  CHECK_THROWS_TEXT(learned(ones({2, 4}), 4), "positions 4 to 6");
  CHECK_THROWS_TEXT(learned(ones({2, 4}), -1), "positions -1 to 1");
  CHECK_THROWS_TEXT(learned(ones({2, 4}), tensor({0, 5})), "index 5");
  CHECK_THROWS_TEXT(learned(ones({2, 4}), Tensor()), "[LearnedPositions] ");
}
