// Reductions of views: an expanded or strided input gives the result of its copy, and is not copied.
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/cumsum.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/prod.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

struct NamedReduction {
  std::string name;
  std::function<Tensor(const Tensor& x, const Shape& dims, bool keepdim)> f;
};
const std::vector<NamedReduction> reductions = {
    {"sum", [](const Tensor& x, const Shape& d, bool keep) { return sum(x, d, keep).value(); }},
    {"mean", [](const Tensor& x, const Shape& d, bool keep) { return mean(x, d, keep).value(); }},
    {"var", [](const Tensor& x, const Shape& d, bool keep) { return var(x, d, 1, keep).value(); }},
    {"std", [](const Tensor& x, const Shape& d, bool keep) { return xgrad::std(x, d, 0, keep).value(); }},
    {"amax", [](const Tensor& x, const Shape& d, bool keep) { return amax(x, d, keep).value(); }},
    {"amin", [](const Tensor& x, const Shape& d, bool keep) { return amin(x, d, keep).value(); }},
    {"logsumexp", [](const Tensor& x, const Shape& d, bool keep) { return logsumexp(x, d, keep).value(); }},
    {"norm", [](const Tensor& x, const Shape& d, bool keep) { return norm(x, 2, d, keep).value(); }},
    {"norm_3", [](const Tensor& x, const Shape& d, bool keep) { return norm(x, 3, d, keep).value(); }},
    {"norm_inf",
     [](const Tensor& x, const Shape& d, bool keep) { return norm(x, INFINITY, d, keep).value(); }},
    {"count", [](const Tensor& x, const Shape& d, bool keep) { return norm(x, 0, d, keep).value(); }},
    {"prod", [](const Tensor& x, const Shape& d, bool keep) { return prod(x, d, keep).value(); }},
    {"sum of integers",
     [](const Tensor& x, const Shape& d, bool keep) { return sum(x.to(int64), d, keep).value(); }},
};
// These run along one dim.
const std::vector<NamedReduction> picks = {
    {"argmax",
     [](const Tensor& x, const Shape& d, bool keep) { return argmax(x, static_cast<int>(d[0]), keep); }},
    {"argmin",
     [](const Tensor& x, const Shape& d, bool keep) { return argmin(x, static_cast<int>(d[0]), keep); }},
    {"any", [](const Tensor& x, const Shape& d,
               bool keep) { return any(gt(x, 1.5), static_cast<int>(d[0]), keep); }},
    {"all", [](const Tensor& x, const Shape& d,
               bool keep) { return all(gt(x, -1.0), static_cast<int>(d[0]), keep); }},
    {"cumsum",
     [](const Tensor& x, const Shape& d, bool) { return cumsum(x, static_cast<int>(d[0])).value(); }},
    {"cumprod",
     [](const Tensor& x, const Shape& d, bool) { return cumprod(x, static_cast<int>(d[0])).value(); }},
};

void check_as_copied(const std::string& layout, const Tensor& x, const NamedReduction& reduction,
                     const Shape& dims) {
  CAPTURE(layout);
  CAPTURE(reduction.name);
  CAPTURE(dims);
  for (const bool keepdim : {false, true}) {
    const Tensor ours = reduction.f(x, dims, keepdim), copied = reduction.f(x.clone(), dims, keepdim);
    REQUIRE(ours.shape() == copied.shape());
    CHECK(ours.dtype() == copied.dtype());
    CHECK_FALSE(ours.overlaps_itself());
    const double tolerance = is_floating(ours.dtype()) ? 1e-13 * (1 + max_abs(copied)) : 0;
    CHECK(max_abs_diff(ours, copied) <= tolerance);
  }
}

}  // namespace

TEST_CASE("reduce_views: a view gives the result of its copy") {
  Generator generator(3);
  const Tensor x = randn({6, 10, 14}, float64, generator);
  const std::pair<const char*, Tensor> layouts[] = {
      {"every other element", x.slice(2, 0, to_end, 2)},
      {"every third, turned", x.slice(2, 1, to_end, 3).permute({2, 0, 1})},
      {"one column", x.slice(2, 3, 4)},
      {"first expanded", x.slice(0, 2, 3).expand({6, 10, 14})},
      {"middle expanded", x.slice(1, 2, 3).expand({6, 10, 14})},
      {"last expanded", x.slice(2, 2, 3).expand({6, 10, 14})},
      {"two expanded, with holes", x.slice(1, 2, 3).slice(0, 1, 2).slice(2, 0, to_end, 2).expand({5, 4, 7})},
      {"windows that overlap", x.select(0, 1).unfold(0, 4, 2)},
      {"windows that overlap, turned", x.select(1, 2).unfold(1, 5, 1).permute({2, 0, 1})},
      {"one number", x.select(0, 0).select(0, 0).select(0, 0).expand({3, 4, 5})},
  };
  for (const auto& [name, view] : layouts) {
    for (unsigned set = 0; set < 8; ++set) {
      Shape dims;
      for (int i = 0; i < 3; ++i) {
        if (set >> i & 1) dims.push_back(i);
      }
      for (const NamedReduction& reduction : reductions) check_as_copied(name, view, reduction, dims);
      if (dims.dim() != 1) continue;
      for (const NamedReduction& pick : picks) check_as_copied(name, view, pick, dims);
    }
  }
}

TEST_CASE("reduce_views: long rows with holes give the same sums for any number of threads") {
  Generator generator(4);
  const Tensor wide = randn({2, 400000}, float32, generator).slice(1, 0, to_end, 2);
  const Tensor tall = randn({40000, 60}, float32, generator).slice(1, 0, to_end, 3);
  const Threads restored(1);
  for (const Tensor& x : {wide, tall}) {
    for (const Shape& dims : {Shape{0}, Shape{1}, Shape{0, 1}}) {
      const Tensor expected = sum(x.to(float64).contiguous(), dims).value();
      set_num_threads(1);
      const Tensor one = sum(x, dims).value();
      CHECK(max_abs_diff(one.to(float64), expected) <= 1e-6 * (1 + max_abs(expected)));
      CHECK(equal(amax(x, dims).value(), amax(x.clone(), dims).value()));
      set_num_threads(4);
      CHECK(equal(sum(x, dims).value(), one));
    }
  }
}

TEST_CASE("reduce_views: the repeats of an expanded input take no memory") {
  const std::int64_t n = 50000000;
  const Tensor x = ones({1}).expand({n}), table = ones({1, 3}).expand({n / 10, 3});
  const PoolStats before = pool_stats();
  CHECK(sum(x).item<float>() == 5e7F);
  CHECK(mean(x).item<float>() == 1);
  CHECK(var(x, {0}).item<float>() == 0);
  CHECK(xgrad::std(x, {0}).item<float>() == 0);
  CHECK(max(x).item<float>() == 1);
  CHECK(min(x).item<float>() == 1);
  CHECK(amax(table, {0, 1}).item<float>() == 1);
  CHECK(logsumexp(x, {0}).item<float>() == doctest::Approx(1 + std::log(5e7)).epsilon(1e-6));
  CHECK(norm(x).item<float>() == doctest::Approx(std::sqrt(5e7)).epsilon(1e-6));
  CHECK(norm(x, 1).item<float>() == 5e7F);
  CHECK(norm(x, INFINITY).item<float>() == 1);
  CHECK(argmax(x, 0).item<std::int64_t>() == 0);
  CHECK(argmin(x, 0).item<std::int64_t>() == 0);
  CHECK(any(x).item<bool>());
  CHECK(all(x).item<bool>());
  CHECK(equal(sum(table, {0}).value(), full({3}, static_cast<double>(n / 10))));
  CHECK(sum(ones({1}, int64).expand({n})).item<std::int64_t>() == n);
  CHECK(pool_stats().peak <= std::max(before.peak, before.in_use + (1 << 20)));
}

TEST_CASE("reduce_views: a strided input is reduced in place") {
  const Tensor x = ones({8000000}).slice(0, 0, to_end, 2), table = ones({2000, 4000}).slice(1, 0, to_end, 2);
  const PoolStats before = pool_stats();
  CHECK(sum(x).item<float>() == 4e6F);
  CHECK(amax(x, {0}).item<float>() == 1);
  CHECK(amin(table, {0, 1}).item<float>() == 1);
  CHECK(sum(table, {0}).value().at({7}) == 2000);
  CHECK(mean(table, {1}).value().at({7}) == 1);
  CHECK(var(x, {0}).item<float>() == 0);
  CHECK(xgrad::std(table, {1}).value().at({7}) == 0);
  CHECK(pool_stats().peak <= std::max(before.peak, before.in_use + (1 << 20)));
  const std::size_t result = 20000000 * sizeof(float);
  CHECK(cumsum(ones({1}).expand({20000000}), 0).value().at({19999999}) == 2e7F);
  CHECK(pool_stats().peak <= std::max(before.peak, before.in_use + result + (1 << 23)));
}
