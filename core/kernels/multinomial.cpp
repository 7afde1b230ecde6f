#include <xgrad/core/kernels/multinomial.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/sort.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/random_fill.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
void check_weights(const T* row, std::int64_t r, std::int64_t n, std::int64_t count, bool replacement) {
  for (std::int64_t i = 0; i < n; ++i) {
    if (!(row[i] >= 0) || std::isinf(row[i])) {
      fail("multinomial", "weight ", i, " of row ", r, " is ", row[i],
           "; weights are finite and not negative");
    }
  }
  const std::int64_t positive = n - std::count(row, row + n, T(0));
  if (positive == 0) fail("multinomial", "row ", r, " of the weights has no weight above 0");
  if (!replacement && count > positive) {
    fail("multinomial", "row ", r, " has ", positive, " weights above 0, fewer than the ", count,
         " to be drawn; pass replacement = true to draw one several times");
  }
}

// A power of 2 that makes large weights small, so that their sum stays finite. It rounds nothing.
template <class T>
T scale_of(const T* row, std::int64_t n) {
  return std::ldexp(T(1), -std::max(0, std::ilogb(*std::max_element(row, row + n))));
}

// Inverts the cumulative distribution: draws the first i with u ≤ Σ_{j ≤ i} w_j / Σ_j w_j.
template <class T>
void draw_with_replacement(const T* row, std::span<std::int64_t> draws, std::vector<T>& cumulative,
                           Generator& generator) {
  T sum = 0;
  const T factor = scale_of(row, static_cast<std::int64_t>(cumulative.size()));
  for (std::size_t i = 0; i < cumulative.size(); ++i) cumulative[i] = sum += row[i] * factor;
  for (T& c : cumulative) c /= sum;
  cumulative.back() = 1;
  std::vector<double> u(draws.size());
  fill_uniform(std::span(u), 0, 1, generator);
  for (std::size_t i = 0; i < u.size(); ++i) {
    const auto at = std::lower_bound(cumulative.begin(), cumulative.end(), u[i],
                                     [](T c, double drawn) { return static_cast<double>(c) < drawn; });
    draws[i] = at - cumulative.begin();
  }
}

}  // namespace

Tensor multinomial(const Tensor& weights, std::int64_t count, bool replacement, Generator& generator) {
  const Tensor w = weights.contiguous();
  const std::int64_t n = w.size(-1), rows = w.numel() / n;
  return dispatch_floating("multinomial", w, [&]<class T>() {
    const T* from = raw<T>(w);
    for (std::int64_t r = 0; r < rows; ++r) check_weights(from + r * n, r, n, count, replacement);
    if (!replacement && count > n) {  // weights without rows, which the loop above did not check
      fail("multinomial", "weights of shape ", w.shape(), " have ", n, " in a row, fewer than the ", count,
           " to be drawn; pass replacement = true to draw one several times");
    }
    if (!replacement) {
      // If the e_i are exponentially distributed, w_i / e_i is the largest with probability w_i / Σ w. The
      // second largest is the next draw from the remaining weights, and so on.
      const Tensor e = empty(w.shape(), w.dtype());
      fill_exponential(std::span(raw<T>(e), static_cast<std::size_t>(e.numel())), 1, generator);
      for (std::int64_t r = 0; r < rows; ++r) {
        const T factor = scale_of(from + r * n, n);
        T* share = raw<T>(e) + r * n;
        for (std::int64_t i = 0; i < n; ++i) share[i] = from[r * n + i] * factor / share[i];
      }
      return argsort(e, count, /*descending=*/true);
    }
    Shape shape = w.shape();
    shape.back() = count;
    const Tensor y = empty(shape, int64);
    std::vector<T> cumulative(static_cast<std::size_t>(n));
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::span draws(raw<std::int64_t>(y) + r * count, static_cast<std::size_t>(count));
      draw_with_replacement<T>(from + r * n, draws, cumulative, generator);
    }
    return y;
  });
}

}  // namespace xgrad::kernels
