#include <xgrad/core/ops/pick.hpp>

#include <algorithm>
#include <cmath>
#include <span>

#include <xgrad/core/error.hpp>
#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/pick.hpp>
#include <xgrad/core/kernels/random.hpp>
#include <xgrad/core/kernels/raw.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {

namespace {

using Kernel = Tensor(const Tensor&);

Tensor along(const char* op, const char* what, Kernel& kernel, const Variable& x, int dim, bool keepdim) {
  check_defined(op, {x});
  const int d = normalize_dim(op, dim, x.dim());
  if (x.size(d) == 0) {
    fail(op, "dim ", d, " of shape ", x.shape(), " has size 0, and no elements have no ", what);
  }
  const Tensor index = kernel(x.value().transpose(d, -1)).unsqueeze(-1).transpose(d, -1);
  return keepdim ? index : index.squeeze(d).contiguous();
}

}  // namespace

Tensor argmax(const Variable& x, int dim, bool keepdim) {
  return along("argmax", "maximum", kernels::argmax, x, dim, keepdim);
}
Tensor argmin(const Variable& x, int dim, bool keepdim) {
  return along("argmin", "minimum", kernels::argmin, x, dim, keepdim);
}

Tensor one_hot(const Variable& index, std::int64_t classes) {
  check_defined("one_hot", {index});
  if (classes < -1 || classes == 0) fail("one_hot", "the number of classes must be positive, not ", classes);
  if (classes == -1) {
    if (index.numel() == 0) {
      fail("one_hot", "of no indices, shape ", index.shape(), ", the number of classes must be given");
    }
    const std::int64_t largest = index.dtype() == int64 ? max(index).item<std::int64_t>() : 0;
    if (__builtin_add_overflow(largest, 1, &classes)) {
      fail("one_hot", "index ", largest, " needs more classes than can be counted");
    }
    classes = std::max<std::int64_t>(classes, 1);
  }
  if (index.dim() == Shape::max_dims) {
    fail("one_hot", "indices of shape ", index.shape(), " leave no dim for the classes: there are at most ",
         Shape::max_dims);
  }
  Shape shape = index.shape();
  shape.push_back(classes);
  check_sizes("one_hot", shape);
  check_index("one_hot", index, shape, index.dim());
  return eq(index.value().unsqueeze(-1), arange(classes)).to(int64);
}

std::pair<Tensor, Tensor> topk(const Variable& x, std::int64_t k, int dim) {
  check_defined("topk", {x});
  const int d = normalize_dim("topk", dim, x.dim());
  if (k < 0 || k > x.size(d)) {
    fail_range("topk", "k must lie in [0, ", x.size(d), "], the size of dim ", d, " of shape ", x.shape(),
               ", got ", k);
  }
  const auto [values, indices] = kernels::topk(x.value().transpose(d, -1), k);
  return {values.transpose(d, -1).contiguous(), indices.transpose(d, -1).contiguous()};
}

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

// Weights near the largest number are made small by a power of 2, which rounds nothing: their sum stays
// finite.
template <class T>
T unit(const T* row, std::int64_t n) {
  return std::ldexp(T(1), -std::max(0, std::ilogb(*std::max_element(row, row + n))));
}

// By the inverse of the cumulative distribution: the first i with u ≤ Σ_{j ≤ i} w_j / Σ_j w_j.
template <class T>
void draw_with_replacement(const T* row, std::span<std::int64_t> draws, std::vector<T>& cumulative,
                           Generator& generator) {
  T sum = 0;
  const T factor = unit(row, static_cast<std::int64_t>(cumulative.size()));
  for (std::size_t i = 0; i < cumulative.size(); ++i) cumulative[i] = sum += row[i] * factor;
  for (T& c : cumulative) c /= sum;
  cumulative.back() = 1;
  std::vector<double> u(draws.size());
  kernels::fill_uniform(u, 0, 1, generator);
  for (std::size_t i = 0; i < u.size(); ++i) {
    const auto at = std::lower_bound(cumulative.begin(), cumulative.end(), u[i],
                                     [](T c, double drawn) { return static_cast<double>(c) < drawn; });
    draws[i] = at - cumulative.begin();
  }
}

}  // namespace

Tensor multinomial(const Variable& weights, std::int64_t count, bool replacement, Generator& generator) {
  check_defined("multinomial", {weights});
  if (weights.dim() < 1 || weights.dim() > 2) {
    fail("multinomial", "weights are (V) or (N, V), not ", weights.shape());
  }
  if (count < 1) fail("multinomial", "the number of draws must be at least 1, not ", count);
  const Tensor w = weights.value().contiguous();
  const std::int64_t n = w.size(-1), rows = n == 0 ? 0 : w.numel() / n;
  if (n == 0) fail("multinomial", "there is nothing to draw from in weights of shape ", w.shape());
  return kernels::dispatch_floating("multinomial", w, [&]<class T>() {
    const T* from = kernels::raw<T>(w);
    for (std::int64_t r = 0; r < rows; ++r) check_weights(from + r * n, r, n, count, replacement);
    if (!replacement) {
      // The largest of w_i / e_i, with e_i exponentially distributed, is i with probability w_i / Σ w; the
      // second largest is the next draw of what is left, and so on.
      const Tensor e = empty(w.shape(), w.dtype());
      kernels::fill_exponential(std::span(kernels::raw<T>(e), static_cast<std::size_t>(e.numel())), 1,
                                generator);
      for (std::int64_t r = 0; r < rows; ++r) {
        const T factor = unit(from + r * n, n);
        T* share = kernels::raw<T>(e) + r * n;
        for (std::int64_t i = 0; i < n; ++i) share[i] = from[r * n + i] * factor / share[i];
      }
      return topk(e, count).second;
    }
    Shape shape = w.shape();
    shape.back() = count;
    const Tensor y = empty(shape, int64);
    std::vector<T> cumulative(static_cast<std::size_t>(n));
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::span draws(kernels::raw<std::int64_t>(y) + r * count, static_cast<std::size_t>(count));
      draw_with_replacement<T>(from + r * n, draws, cumulative, generator);
    }
    return y;
  });
}

}  // namespace xgrad
