// The kernels of reductions against their definitions.
#include "reduce.hpp"

#include "compare.hpp"

#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/vector_norm.hpp>

using namespace xgrad;
using namespace reference;

namespace {

template <class R>
using Definition = std::function<xt::xarray<R>(const xt::xarray<R>&, const Axes&)>;

struct Sample {
  Tensor x;
  Axes axes;

  Shape dims() const { return Shape(std::vector<std::int64_t>(axes.begin(), axes.end())); }
};

// Every set of dims that the goldens have, over rows and columns of every length; a 0-d tensor; an expanded
// one.
std::vector<Sample> samples(DType dtype) {
  Generator generator(1);
  std::vector<Sample> result = {{randn({}, dtype, generator), {}},
                                {randn({3, 1, 5}, dtype, generator).expand({3, 4, 5}), {1}},
                                {randn({3, 1, 5}, dtype, generator).expand({3, 4, 5}), {0, 1, 2}}};
  for (const std::int64_t n : row_sizes) {
    for (const Tensor& x : layouts_of(randn({3, n}, dtype, generator).add_(full({}, 0.5, dtype)))) {
      for (const Axes& axes : {Axes{-1}, {0}, {0, 1}}) result.push_back({x, axes});
    }
    const Tensor x = randn({2, n, 9}, dtype, generator).mul_(1e4);
    for (const Axes& axes : {Axes{1}, {0, 2}, {1, 2}}) result.push_back({x, axes});
  }
  return result;
}

}  // namespace

TEST_CASE("reference: reductions are PyTorch's") {
  const std::pair<const char*, Axes> choices[] = {{"0", {0}},      {"1", {1}},      {"-1", {-1}},
                                                  {"0_1", {0, 1}}, {"1_2", {1, 2}}, {"1_2_keep", {1, 2}}};
  const auto norm = [](double p) -> Definition<double> {
    return [p](const xt::xarray<double>& x, const Axes& axes) { return norm_over(x, p, axes); };
  };
  const std::pair<std::string, Definition<double>> table[] = {
      {"sum", [](const auto& x, const auto& axes) { return sum_over(x, axes); }},
      {"mean", [](const auto& x, const auto& axes) { return mean_over(x, axes); }},
      {"var", [](const auto& x, const auto& axes) { return var_over(x, axes); }},
      {"std", [](const auto& x, const auto& axes) { return std_over(x, axes); }},
      {"amax", [](const auto& x, const auto& axes) { return max_over(x, axes); }},
      {"amin", [](const auto& x, const auto& axes) { return min_over(x, axes); }},
      {"norm_2", norm(2)},
      {"norm_1", norm(1)},
      {"norm_3", norm(3)},
      {"norm_0.5", norm(0.5)},
      {"norm_inf", norm(INFINITY)},
      {"norm_-inf", norm(-INFINITY)},
  };
  for (const auto& [op, definition] : table) {
    for (const auto& [name, axes] : choices) {
      check_golden("reduce", op + "_" + name, [f = definition, axes = axes](const Tensors& in) {
        return f(array_of<double>(in[0]), axes);
      });
    }
  }
}

// Bounds: a sum of n terms, added in any order, is off by up to n u Σ |x| (Higham 2002, section 4.2).
TEST_CASE_TEMPLATE("reductions: rows and columns of every length", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  for (const Sample& sample : samples(dtype_of<T>())) {
    CAPTURE(sample.x.shape());
    const Tensor& x = sample.x;
    const Shape dims = sample.dims();
    const Axes& axes = sample.axes;
    const A wide = array_of<R>(x), n = count_over(wide, axes), size = sum_over(xt::abs(wide), axes);
    CAPTURE(dims);
    check_within<T>(n * size, sum(x, dims, true).value(), sum_over(wide, axes));
    check_within<T>((n + 1) * size / n, mean(x, dims, true).value(), mean_over(wide, axes));
    check_within<T>(A(R(0)), amax(x, dims, true).value(), max_over(wide, axes));
    check_within<T>(A(R(0)), amin(x, dims, true).value(), min_over(wide, axes));
    // Squares of differences do not cancel: each is off by four roundings, and their sum by n + 1. The mean
    // is off by n u Σ |x| / n at most, which adds its square.
    for (const std::int64_t correction : {0, 1}) {
      const A variance = var_over(wide, axes, static_cast<R>(correction)), deviation = xt::sqrt(variance);
      check_within<T>((n + 5) * variance, var(x, dims, correction, true).value(), variance);
      check_within<T>((n + 6) * deviation, xgrad::std(x, dims, correction, true).value(), deviation);
    }
    // A power is right to two last places, which are four units. A root divides the sum's relative error by
    // p.
    for (const double p : {0.5, 1.0, 2.0, 3.0}) {
      const auto order = static_cast<R>(p);
      const A exact = norm_over(wide, order, axes);
      check_within<T>(((n + 4) / order + 4) * exact, norm(x, p, dims, true).value(), exact);
    }
    for (const double p : {0.0, double(INFINITY), double(-INFINITY)})
      check_within<T>(A(R(0)), norm(x, p, dims, true).value(), norm_over(wide, static_cast<R>(p), axes));
  }
}

TEST_CASE_TEMPLATE("reductions: a NaN and infinities anywhere in a row", T, float, double) {
  using R = Wide<T>;
  using A = xt::xarray<R>;
  for (const std::int64_t n : {2, 9, 33}) {
    for (const double special : {double(NAN), double(INFINITY), double(-INFINITY)}) {
      const Tensor x = zeros({n, n}, dtype_of<T>());
      for (std::int64_t i = 0; i < n; ++i) x.at({i, i}) = special;  // at each place of a row
      const A wide = array_of<R>(x);
      for (const int dim : {0, 1}) {
        const Axes axes{dim};
        CAPTURE(n);
        CAPTURE(special);
        check_within<T>(A(R(0)), sum(x, dim, true).value(), sum_over(wide, axes));
        check_within<T>(A(R(0)), amax(x, dim, true).value(), max_over(wide, axes));
        check_within<T>(A(R(0)), amin(x, dim, true).value(), min_over(wide, axes));
        check_within<T>(A(R(0)), norm(x, 2, dim, true).value(), norm_over(wide, R(2), axes));
      }
    }
  }
  const Tensor lowest = full({3, 4}, -INFINITY, dtype_of<T>());
  check_within<T>(A(R(0)), amax(lowest, 1, true).value(), max_over(array_of<R>(lowest), {1}));
}
