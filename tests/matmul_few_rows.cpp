// Products of one to nine rows, as in decoding token by token: against sums in long double, within the bound
// for any order of summation (Higham 2002, "Accuracy and Stability of Numerical Algorithms", section 3.1).

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/generator.hpp>

using namespace xgrad;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

// The largest error of y = x Wᵀ + b as a multiple of its bound, k + 1 roundings of the sum of |x| |W|ᵀ + |b|.
double error_in_bounds(const Tensor& y, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const auto xs = x.to_vector<double>(), ws = weight.to_vector<double>(), ys = y.to_vector<double>();
  const auto bs = bias.defined() ? bias.to_vector<double>() : std::vector<double>(ys.size(), 0);
  const auto n = static_cast<std::size_t>(weight.size(0)), k = static_cast<std::size_t>(weight.size(1));
  const double unit = y.dtype() == float32 ? std::ldexp(1.0, -24) : std::ldexp(1.0, -53);
  double largest = 0;
  for (std::size_t at = 0; at < ys.size(); ++at) {
    const std::size_t i = at / n, j = at % n;
    long double sum = bs[j], size = std::abs(bs[j]);
    for (std::size_t p = 0; p < k; ++p) {
      sum += static_cast<long double>(xs[i * k + p]) * ws[j * k + p];
      size += std::abs(static_cast<long double>(xs[i * k + p]) * ws[j * k + p]);
    }
    const long double bound = (static_cast<long double>(k) + 1) * unit * size;
    largest = std::max(largest, static_cast<double>(std::abs(ys[at] - sum) / bound));
  }
  return largest;
}

struct Layout {
  std::string name;
  std::function<Tensor(std::int64_t rows, std::int64_t columns, DType dtype)> make;
};

// Numbers in (−1, 1).
Tensor numbers(const Shape& shape, DType dtype) {
  static Generator generator(11);
  return rand(shape, dtype, generator) * 2 - 1;
}

std::vector<Layout> layouts() {
  return {
      {"contiguous",
       [](auto m, auto n, auto dtype) {
         return numbers({m, n}, dtype);
       }},
      {"columns cut out",
       [](auto m, auto n, auto dtype) {
         return numbers({m, n + 5}, dtype).slice(1, 3, n + 3);
       }},
      {"transposed",
       [](auto m, auto n, auto dtype) {
         return numbers({n, m}, dtype).mT();
       }},
      {"every other row",
       [](auto m, auto n, auto dtype) {
         return numbers({2 * m, n}, dtype).slice(0, 1, 2 * m, 2);
       }},
      {"every other column",
       [](auto m, auto n, auto dtype) {
         return numbers({m, 2 * n}, dtype).slice(1, 0, 2 * n, 2);
       }},
      {"a repeated row",
       [](auto m, auto n, auto dtype) {
         return numbers({1, n}, dtype).expand({m, n});
       }},
  };
}

Tensor of_linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {}) {
  return linear(x, weight, bias.defined() ? Variable(bias) : Variable()).value();
}

}  // namespace

TEST_CASE("linear of a few rows is as exact as its sums allow") {
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 9}) {
      for (const std::int64_t n : {1, 3, 4, 17}) {
        for (const std::int64_t k : {1, 7, 16, 33, 100, 257}) {
          const Tensor x = numbers({m, k}, dtype), weight = numbers({n, k}, dtype),
                       bias = numbers({n}, dtype);
          CAPTURE(dtype);
          CAPTURE(m);
          CAPTURE(n);
          CAPTURE(k);
          REQUIRE(error_in_bounds(of_linear(x, weight), x, weight, {}) <= 1);
          REQUIRE(error_in_bounds(of_linear(x, weight, bias), x, weight, bias) <= 1);
        }
      }
    }
  }
}

TEST_CASE("linear of a few rows reads operands of any layout") {
  for (const DType dtype : {float32, float64}) {
    for (const Layout& of_x : layouts()) {
      for (const Layout& of_weight : layouts()) {
        for (const std::int64_t m : {1, 2, 5}) {
          const Tensor x = of_x.make(m, 83, dtype), weight = of_weight.make(6, 83, dtype);
          const Tensor bias = numbers({6}, dtype);
          CAPTURE(dtype);
          CAPTURE(of_x.name);
          CAPTURE(of_weight.name);
          CAPTURE(m);
          REQUIRE(error_in_bounds(of_linear(x, weight, bias), x, weight, bias) <= 1);
          REQUIRE(error_in_bounds(matmul(x, weight.mT()).value(), x, weight, {}) <= 1);
        }
      }
    }
  }
}

TEST_CASE("a product of a few rows is the same for any number of threads") {
  for (const std::int64_t m : {1, 2, 4, 5, 8, 9}) {
    const Tensor x = numbers({m, 300}, float32), weight = numbers({501, 300}, float32);
    // Three threads take a third of the rows each, which may be part of an item.
    const Tensor keys = numbers({10, 300, 64}, float32), q = numbers({10, m, 64}, float32);
    const auto products = [&] { return std::pair(of_linear(x, weight), matmul(q, keys.mT()).value()); };
    const auto alone = [&] {
      const Threads one(1);
      return products();
    }();
    CHECK(error_in_bounds(alone.first, x, weight, {}) <= 1);
    for (const int count : {2, 3, 7}) {
      const Threads threads(count);
      const auto divided = products();
      CHECK(equal(divided.first, alone.first));
      CHECK(equal(divided.second, alone.second));
    }
  }
}

TEST_CASE("NaN and ∞ in a product of a few rows reach the elements that read them, and no others") {
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t m : {1, 2, 5}) {
      for (const std::int64_t at : {0, 40, 82}) {  // in a whole batch and in the part at the end
        Tensor x = ones({m, 83}, dtype), weight = ones({6, 83}, dtype);
        x.select(0, m - 1).select(0, at).fill_(not_a_number);
        weight.select(0, 4).select(0, at).fill_(-inf);
        const auto y = of_linear(x, weight).to_vector<double>();
        for (std::size_t i = 0; i < y.size(); ++i) {
          const bool reads_nan = i / 6 + 1 == static_cast<std::size_t>(m);
          CHECK(std::isnan(y[i]) == reads_nan);
          if (!reads_nan) CHECK(y[i] == (i % 6 == 4 ? -inf : 83));
        }
        x.select(0, m - 1).select(0, at).fill_(0);
        CHECK(std::isnan(
            of_linear(x, weight).to_vector<double>().at(static_cast<std::size_t>(m * 6 - 2))));  // 0 · ∞
      }
    }
  }
}

TEST_CASE("a product of a few rows may be empty") {
  for (const DType dtype : {float32, float64}) {
    const Tensor bias = numbers({3}, dtype);
    CHECK(equal(of_linear(empty({2, 0}, dtype), empty({3, 0}, dtype), bias), bias.expand({2, 3})));
    CHECK(equal(of_linear(empty({1, 0}, dtype), empty({3, 0}, dtype)), zeros({1, 3}, dtype)));
    CHECK(of_linear(empty({0, 4}, dtype), ones({3, 4}, dtype), bias).shape() == Shape{0, 3});
    CHECK(of_linear(ones({1, 4}, dtype), empty({0, 4}, dtype)).shape() == Shape{1, 0});
    CHECK(of_linear(ones({4}, dtype), ones({3, 4}, dtype), bias).shape() == Shape{3});
  }
}
