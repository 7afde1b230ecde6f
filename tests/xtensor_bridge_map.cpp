// map_xt: an xtensor formula over a Tensor's elements.

#include <doctest/doctest.h>

#if __has_include(<xtensor/xarray.hpp>) || __has_include(<xtensor/containers/xarray.hpp>)

#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/xtensor.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

const auto logistic = [](const auto& a) { return 1 / (1 + xt::exp(-a)); };

}  // namespace

TEST_CASE("map_xt applies a formula in the dtype of its input") {
  const Tensor x = tensor({{-1.f, 0.f, 2.f}, {-200.f, 200.f, 0.5f}});
  const Tensor y = map_xt(x, logistic);
  CHECK(y.dtype() == float32);
  CHECK(y.shape() == x.shape());
  for (std::int64_t i = 0; i < 6; ++i) {
    const double a = x.at({i / 3, i % 3});
    CHECK(y.at({i / 3, i % 3}) == doctest::Approx(1 / (1 + std::exp(-a))));
  }
  const Tensor wide = map_xt(x.to(float64), [](const auto& a) {
    static_assert(std::floating_point<typename std::decay_t<decltype(a)>::value_type>);
    return a / 3;
  });
  CHECK(wide.dtype() == float64);
  CHECK(wide.at({0, 0}) == -1.0 / 3);  // not rounded to float
  CHECK(equal(map_xt(x.transpose(0, 1), logistic), y.transpose(0, 1)));
  CHECK(equal(map_xt(x.slice(1, 0, 3, 2), logistic), y.slice(1, 0, 3, 2)));
  CHECK(equal(map_xt(x.select(0, 0).expand({4, 3}), logistic), y.select(0, 0).expand({4, 3})));
  CHECK(equal(map_xt(tensor(0.f), logistic), tensor(0.5f)));
  CHECK(map_xt(empty({2, 0}), logistic).shape() == Shape{2, 0});
  CHECK(std::isnan(map_xt(tensor({NAN}), logistic).item<double>()));
  CHECK_THROWS_TEXT(map_xt(Tensor(), logistic), "[map_xt]");
}

TEST_CASE("map_xt rounds floating results to the input's dtype and keeps others") {
  const Tensor x = tensor({1.f, 2.f, 4.f});
  CHECK(equal(map_xt(x, [](const auto& a) { return 0.1 * a; }), tensor({0.1f, 0.2f, 0.4f})));
  CHECK(map_xt(x, [](const auto& a) { return 0.1 * a; }).dtype() == float32);
  CHECK(map_xt(x.to(float64), [](const auto& a) { return 0.5f * a; }).dtype() == float64);
  CHECK(equal(map_xt(x, [](const auto& a) { return a > 1.5; }), tensor({false, true, true})));
  CHECK(equal(map_xt(x, [](const auto& a) { return xt::cast<int>(a); }), tensor({1, 2, 4})));
  CHECK(equal(map_xt(x, [](const auto& a) { return xt::sum(a); }), tensor(7.f)));
  CHECK(equal(map_xt(x, [](const auto& a) { return xt::xarray<double>(a + 1); }), tensor({2.f, 3.f, 5.f})));
}

TEST_CASE("map_xt takes integers and booleans in the default dtype") {
  CHECK(equal(map_xt(tensor({1, 2}), [](const auto& a) { return a / 2; }), tensor({0.5f, 1.f})));
  CHECK(equal(map_xt(tensor({true, false}), [](const auto& a) { return -a; }), tensor({-1.f, 0.f})));
  const DefaultDtypeGuard guard(float64);
  CHECK(map_xt(tensor({1, 2}), logistic).dtype() == float64);
}

TEST_CASE("map_xt of two Tensors broadcasts them and promotes their dtypes") {
  const auto gate = [](const auto& a, const auto& b) { return a / (1 + xt::exp(-b)); };
  const Tensor x = tensor({{1.f, 2.f}, {3.f, 4.f}, {5.f, 6.f}}), row = zeros({2});
  CHECK(equal(map_xt(x, row, gate), tensor({{0.5f, 1.f}, {1.5f, 2.f}, {2.5f, 3.f}})));
  CHECK(equal(map_xt(row, x.slice(0, 0, 1), [](const auto& a, const auto& b) { return b - a; }),
              x.slice(0, 0, 1)));
  CHECK(equal(map_xt(tensor({2, 4}), tensor({0.0, 0.0}, float64), gate), tensor({1.0, 2.0}, float64)));
  CHECK_THROWS_TEXT(map_xt(x, x.to(float64), gate), "[map_xt]");
  CHECK_THROWS(map_xt(x, zeros({3}), gate));
  CHECK_THROWS_TEXT(map_xt(x, Tensor(), gate), "[map_xt]");
}

#endif
