#pragma once

// Compares the library with the definitions in this folder: those run in a wider type than the kernel under
// test, so that their own rounding does not count.

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <xtensor/xarray.hpp>

#include "../support.hpp"

#include <xgrad/core/base/dtype.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

/// The type in which the definition runs: of float32 the next wider one, of float64 that of 64 bits of
/// mantissa.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;

/// Around powers of two and the widths of vectors, whole registers and a rest.
inline const std::int64_t row_sizes[] = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 127, 257};

/// The numbers of a Tensor, which T holds exactly.
template <class T>
xt::xarray<T> array_of(const Tensor& x) {
  xt::xarray<T> array =
      xt::xarray<T>::from_shape(std::vector<std::size_t>(x.shape().begin(), x.shape().end()));
  const std::vector<double> numbers = x.to_vector<double>();
  std::transform(numbers.begin(), numbers.end(), array.begin(),
                 [](double number) { return static_cast<T>(number); });
  return array;
}

/// x in layouts that kernels read in different ways: contiguous, transposed, every other element of a row.
inline std::vector<Tensor> layouts_of(const Tensor& x) {
  std::vector<Tensor> layouts = {x};
  if (x.dim() < 2) return layouts;
  layouts.push_back(x.mT().contiguous().mT());
  Shape twice = x.shape();
  twice.back() *= 2;
  layouts.push_back(zeros(twice, x.dtype()).slice(-1, 0, to_end, 2).copy_(x));
  return layouts;
}

/// Checks |ours − exact| ≤ u · allowed for each element. u is half the distance from 1 to the next number of
/// T: a result that is rounded once is off by up to u · |exact|. Below the smallest normal number digits may
/// be lost. NaN and ∞ must be the same.
template <class T>
void check_within(const xt::xarray<Wide<T>>& allowed, const Tensor& ours, const xt::xarray<Wide<T>>& exact) {
  REQUIRE(ours.dtype() == dtype_of<T>());
  REQUIRE(ours.shape() == Shape(std::vector<std::int64_t>(exact.shape().begin(), exact.shape().end())));
  constexpr Wide<T> u = std::numeric_limits<T>::epsilon() / 2, smallest = std::numeric_limits<T>::min();
  const xt::xarray<Wide<T>> got = array_of<Wide<T>>(ours), bounds = u * allowed + xt::zeros_like(exact);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const Wide<T> a = got.flat(i), b = exact.flat(i), error = std::abs(a - b);
    const bool is_same = a == b || (std::isnan(a) && std::isnan(b));
    CHECK_MESSAGE((is_same || error <= bounds.flat(i) + smallest), "element ", i, " of ", ours.shape().str(),
                  " is ", static_cast<double>(a), ", not ", static_cast<double>(b), ": off by ",
                  static_cast<double>(error / u), " u, allowed ", static_cast<double>(bounds.flat(i) / u));
  }
}

using Tensors = std::vector<Tensor>;

/// Checks the definition itself against PyTorch's values for every case of the op in tests/golden/<family>.
inline void check_golden(const std::string& family, const std::string& op,
                         const std::function<xt::xarray<double>(const Tensors&)>& definition) {
  int cases = 0;
  for (const auto& [key, expected] : goldens(family)) {
    if (!key.starts_with(op + "/") || !key.ends_with("/out")) continue;
    const std::string prefix = key.substr(0, key.size() - 3) + "in";
    Tensors inputs;
    for (const auto& [name, tensor] : goldens(family)) {
      if (name == prefix + std::to_string(inputs.size())) inputs.push_back(tensor);
    }
    ++cases;
    const bool has_no_input =
        std::any_of(inputs.begin(), inputs.end(), [](const Tensor& x) { return x.numel() == 0; });
    if (has_no_input) continue;  // xtensor 0.24 forms pointers beyond them, and a sanitizer objects
    CAPTURE(key);
    const xt::xarray<double> y = definition(inputs);
    REQUIRE(y.size() == static_cast<std::size_t>(expected.numel()));
    const double tolerance = 1e-13 * (1 + max_abs(expected));
    std::size_t i = 0;
    for (const double number : expected.to_vector<double>()) {
      const double ours = y.flat(i++);
      CHECK((ours == number || (std::isnan(ours) && std::isnan(number)) ||
             std::abs(ours - number) <= tolerance));
    }
  }
  CHECK(cases > 0);
}

}  // namespace xgrad
