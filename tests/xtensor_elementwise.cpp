#include <doctest/doctest.h>

#if __has_include(<xtensor/xarray.hpp>) || __has_include(<xtensor/containers/xarray.hpp>)

#include <xgrad/core/ops/elementwise.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/xtensor.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

// The op of a formula against the same formula of xtensor's arrays, which xtensor evaluates.
template <class F>
void check_as_xtensor(const F& formula, double low = -2, double high = 2) {
  manual_seed(0);
  const Tensor a = empty({3, 50}, float64), b = empty({50}, float64);
  uniform_(a, low, high);
  uniform_(b, low, high);
  const auto op = elementwise("formula", formula);
  const xt::xarray<double> x = as_xt<const double>(a), y = as_xt<const double>(b);
  const xt::xarray<double> expected = formula(x, y);
  CHECK(allclose(op(a, b).value(), from_xt(expected), 1e-13, 1e-13));
}

}  // namespace

TEST_CASE("a formula is an ordinary xtensor expression") {
  check_as_xtensor([](const auto& a, const auto& b) { return a / (1 + xt::exp(-b)); });
  check_as_xtensor(
      [](const auto& a, const auto& b) {
        return xt::pow(a, 2) * xt::pow(b, 3.0) - xt::pow(2.0, a) / xt::sqrt(b);
      },
      0.1, 2);
  check_as_xtensor([](const auto& a,
                      const auto& b) { return xt::pow(a, b) + xt::log(a) * xt::log1p(b) - xt::fabs(a - b); },
                   0.1, 2);
  check_as_xtensor([](const auto& a, const auto& b) {
    return xt::sin(a) * xt::cos(b) + xt::tanh(a) * xt::erf(b) - xt::abs(a) * xt::sign(b);
  });
  check_as_xtensor([](const auto& a, const auto& b) {
    return xt::where(a > b, xt::maximum(a, 0.5), xt::minimum(b, a * a));
  });
  check_as_xtensor([](const auto& a, const auto& b) {
    return xt::clip(a, -1.0, 1.0) * xt::square(b) + xt::cube(a) + xt::fma(a, b, 2.0);
  });
  check_as_xtensor([](const auto& a, const auto& b) {
    return xt::where(a <= 0.0 && b < 1.0, a, b) + xt::where(!(a >= b) || b > 1.0, 2.0, a);
  });
  check_as_xtensor([](const auto& a, const auto& b) {
    return xt::where(xt::isnan(xt::sqrt(a)), b, xt::fmax(a, b)) + xt::fmin(xt::log(a), b);
  });
  check_as_xtensor([](const auto& a, const auto& b) {
    return xt::where(xt::equal(xt::sign(a), xt::sign(b)), a, 0.0) + xt::where(xt::not_equal(a, b), b, a);
  });
  check_as_xtensor([](const auto& a, const auto& b) {
    return xt::cast<double>(a) * xt::numeric_constants<double>::PI + xt::where(xt::isfinite(1.0 / a), b, 1.0);
  });
}

#endif
