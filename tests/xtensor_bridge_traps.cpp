// What docs/xtensor.md claims of xtensor 0.24. Another version may have mended it.

#include <doctest/doctest.h>

#if __has_include(<xtensor/xarray.hpp>)

#include <cmath>
#include <xtensor/xsort.hpp>

#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/xtensor.hpp>

using namespace xgrad;

#if XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR == 24

TEST_CASE("trap: xt::isclose calls infinity close to any number; allclose of xgrad does not") {
  const xt::xarray<float> overflowed{INFINITY}, right{1.f}, opposite{-INFINITY};
  CHECK(xt::isclose(overflowed, right)(0));
  CHECK(xt::allclose(overflowed, right));
  CHECK_FALSE(xt::isclose(overflowed, opposite)(0));
  CHECK_FALSE(allclose(from_xt(overflowed), from_xt(right)));
}

TEST_CASE("trap: whether xt::amin and xt::amax find NaN depends on its place; amin of xgrad always does") {
  const auto check = [](const xt::xarray<float>& a, bool found) {
    CHECK(std::isnan(xt::amin(a)()) == found);
    CHECK(std::isnan(xt::amax(a)()) == found);
    CHECK(std::isnan(xgrad::amin(a).item<float>()));
    CHECK(std::isnan(xgrad::amax(a).item<float>()));
  };
  check({NAN, 1.f, 2.f}, false);
  check({1.f, NAN, 2.f}, false);
  check({1.f, 2.f, NAN}, true);
}

TEST_CASE("trap: a dim of size 1 has stride 0 in xtensor") {
  CHECK(xt::xarray<float>::from_shape({2, 1}).strides()[1] == 0);
}

#endif
#endif
