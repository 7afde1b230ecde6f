// Reductions, against PyTorch (golden/make_reduce.py), plain loops and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/logsumexp.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

namespace {

// op_<dims> and op_<dims>_keep for every choice of dims that make_reduce.py makes.
template <class F>
void add_rows(std::vector<OpRow>& rows, const std::string& op, const F& f) {
  const std::pair<const char*, Shape> choices[] = {{"0", {0}},      {"1", {1}},      {"-1", {-1}},
                                                   {"0_1", {0, 1}}, {"1_2", {1, 2}}, {"-1_0", {-1, 0}}};
  for (const auto& [name, dims] : choices) {
    rows.push_back({op + "_" + name, [f, dims = dims](const Xs& x) { return f(x[0], dims, false); }});
    rows.push_back(
        {op + "_" + name + "_keep", [f, dims = dims](const Xs& x) { return f(x[0], dims, true); }});
  }
}

}  // namespace

TEST_CASE("reduce: values and gradients") {
  std::vector<OpRow> rows = {
      {"sum", [](const Xs& x) { return sum(x[0]); }},
      {"mean", [](const Xs& x) { return x[0].mean(); }},
      {"sum_all_keep",
       [](const Xs& x) {
         return sum(x[0], {0, 1}, true);
       }},
      {"sum_no_dims", [](const Xs& x) { return sum(x[0], {}); }},
      {"var_population", [](const Xs& x) { return var(x[0], {1}, 0); }},
      {"sum_to_(3,)", [](const Xs& x) { return sum_to(x[0], {3}); }},
      {"sum_to_(2, 1, 4)",
       [](const Xs& x) {
         return sum_to(x[0], {2, 1, 4});
       }},
      {"sum_to_()", [](const Xs& x) { return sum_to(x[0], {}); }},
  };
  using Dims = const Shape&;
  add_rows(rows, "sum", [](const Variable& x, Dims dims, bool keep) { return sum(x, dims, keep); });
  add_rows(rows, "mean", [](const Variable& x, Dims dims, bool keep) { return x.mean(dims, keep); });
  add_rows(rows, "var", [](const Variable& x, Dims dims, bool keep) { return var(x, dims, 1, keep); });
  add_rows(rows, "amax", [](const Variable& x, Dims dims, bool keep) { return x.amax(dims, keep); });
  add_rows(rows, "amin", [](const Variable& x, Dims dims, bool keep) { return x.amin(dims, keep); });
  add_rows(rows, "std", [](const Variable& x, Dims dims, bool keep) { return x.std(dims, 1, keep); });
  add_rows(rows, "logsumexp",
           [](const Variable& x, Dims dims, bool keep) { return logsumexp(x, dims, keep); });
  const std::pair<const char*, double> norms[] = {{"norm_2", 2},          {"norm_1", 1},
                                                  {"norm_3", 3},          {"norm_0.5", 0.5},
                                                  {"norm_inf", INFINITY}, {"norm_-inf", -INFINITY},
                                                  {"norm_0", 0}};
  for (const auto& [name, p] : norms) {
    rows.push_back({name, [p = p](const Xs& x) { return norm(x[0], p); }});
    if (p == 0) continue;
    add_rows(rows, name, [p = p](const Variable& x, Dims dims, bool keep) { return x.norm(p, dims, keep); });
  }
  // near 1000 the next float32 is 6e-5 away, which goes into the gradient exp(x − y)
  rows.push_back(
      {"logsumexp_large", [](const Xs& x) { return logsumexp(x[0], {-1}); }, {.float32_tolerance = 1e-4}});
  rows.push_back({"max", [](const Xs& x) { return max(x[0]); }});
  rows.push_back({"min", [](const Xs& x) { return x[0].min(); }});
  rows.push_back({"std_population", [](const Xs& x) { return xgrad::std(x[0], {1}, 0); }});
  check_ops("reduce", rows);
}

namespace {

// Σ and max in double, element by element, over the dims whose bit is set.
std::pair<Tensor, Tensor> by_hand(const Tensor& x, unsigned dims) {
  Shape shape = x.shape();
  for (int i = 0; i < x.dim(); ++i) {
    if (dims >> i & 1) shape[i] = 1;
  }
  const Tensor sums = zeros(shape, float64), best = full(shape, -INFINITY, float64);
  const Tensor to_sums = sums.expand(x.shape());
  double* sum_at = sums.mutable_data<double>();
  double* best_at = best.mutable_data<double>();
  const std::vector<double> values = x.to_vector<double>();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    std::int64_t rest = i, at = 0;
    for (int d = x.dim() - 1; d >= 0; --d) {
      at += rest % x.size(d) * to_sums.strides()[d];
      rest /= x.size(d);
    }
    sum_at[at] += values[static_cast<std::size_t>(i)];
    best_at[at] = std::max(best_at[at], values[static_cast<std::size_t>(i)]);
  }
  return {sums, best};
}

Shape list_of(unsigned dims) {
  Shape list;
  for (int i = 0; i < Shape::max_dims; ++i) {
    if (dims >> i & 1) list.push_back(i);
  }
  return list;
}

}  // namespace

TEST_CASE("reduce: every choice of dims, whatever the layout, as a plain loop has it") {
  const Tensor wide = randn({3, 70, 41, 18});
  const std::pair<const char*, Tensor> layouts[] = {
      {"contiguous", wide},
      {"permuted", wide.permute({2, 0, 3, 1})},
      {"sliced", wide.slice(3, 1, to_end, 2)},
      {"every other row", wide.slice(1, 0, to_end, 3)},
      {"expanded", wide.slice(1, 4, 5).expand({3, 70, 41, 18})},
      {"a scalar expanded", randn({}).expand({3, 70, 41, 18})},
      {"few long rows", randn({1, 2, 200000, 1})},
      {"many short rows", randn({50000, 1, 3, 1})},
      {"few columns", randn({1, 90000, 5, 1})},
  };
  for (const auto& [name, x] : layouts) {
    for (unsigned dims = 1; dims < 16; ++dims) {
      CAPTURE(name);
      CAPTURE(dims);
      const auto [sums, best] = by_hand(x, dims);
      CHECK(max_abs_diff(sum(x, list_of(dims), true).value(), sums) <= 1e-6 * (1 + max_abs(sums)));
      CHECK(max_abs_diff(amax(x, list_of(dims), true).value(), best) == 0);
      const Tensor negative = (-Variable(x)).value();
      CHECK(max_abs_diff((-amin(negative, list_of(dims), true)).value(), best) == 0);
      CHECK(max_abs_diff(sum(x.to(int64), list_of(dims), true).value(), by_hand(x.to(int64), dims).first) ==
            0);
    }
  }
}

TEST_CASE("reduce: an empty list means all dims") {
  const Tensor x = rand({2, 3, 4}, float64);
  const Dims none, every = {0, 1, 2};
  for (const bool keepdim : {false, true}) {
    CHECK(equal(sum(x, none, keepdim).value(), sum(x, every, keepdim).value()));
    CHECK(equal(mean(x, none, keepdim).value(), mean(x, every, keepdim).value()));
    CHECK(equal(var(x, none, 1, keepdim).value(), var(x, every, 1, keepdim).value()));
    CHECK(equal(xgrad::std(x, none, 1, keepdim).value(), xgrad::std(x, every, 1, keepdim).value()));
    CHECK(equal(amax(x, none, keepdim).value(), amax(x, every, keepdim).value()));
    CHECK(equal(amin(x, none, keepdim).value(), amin(x, every, keepdim).value()));
    CHECK(equal(logsumexp(x, none, keepdim).value(), logsumexp(x, every, keepdim).value()));
    CHECK(equal(norm(x, 3, none, keepdim).value(), norm(x, 3, every, keepdim).value()));
    CHECK(equal(any(x, none, keepdim), any(x, every, keepdim)));
    CHECK(equal(all(x, none, keepdim), all(x, every, keepdim)));
  }
}

TEST_CASE("reduce: float32 sums of millions keep their digits") {
  const Tensor x = full({1 << 24}, 0.1F);
  const double expected = static_cast<double>(0.1F) * (1 << 24);
  for (const Shape& shape : {Shape{1 << 24}, Shape{1 << 20, 16}, Shape{16, 1 << 20}}) {
    CHECK(sum(x.reshape(shape)).item<float>() == doctest::Approx(expected).epsilon(3e-7));
    const Tensor columns = sum(x.reshape(shape), {0}).value();
    CHECK(max_abs_diff(columns, full_like(columns, expected / static_cast<double>(columns.numel()))) <=
          3e-7 * expected / static_cast<double>(columns.numel()));
  }
}

TEST_CASE("reduce: the same bit for bit whatever the number of threads") {
  const Tensor x = randn({300, 70, 41});
  const Threads restored(1);
  for (const Shape& dims : {Shape{0, 1, 2}, Shape{0}, Shape{0, 1}, Shape{1}, Shape{2}, Shape{0, 2}}) {
    set_num_threads(1);
    const Tensor one = sum(x, dims).value();
    for (int threads : {2, 3, 8}) {
      set_num_threads(threads);
      CHECK(equal(sum(x, dims).value(), one));
    }
  }
}

TEST_CASE("reduce: a variance far from 0 keeps its digits") {
  const Tensor x = arange(1000, float32);
  const double expected = 1000.0 * 1001 / 12;
  for (float offset : {0.F, 1e6F}) {
    const Tensor moved = Variable(x.clone().add_(offset)).value();
    CHECK(var(moved, {0}).item<float>() == doctest::Approx(expected).epsilon(1e-6));
  }
  CHECK(std::isnan(var(zeros({1}), {0}).item<float>()));
  CHECK(std::isnan(var(ones({2}), {0}, 3).item<float>()));
  CHECK(var(arange(2, float32), {0}, 3).item<float>() == INFINITY);
  CHECK(var(arange(3, float64), {0}, INT64_MIN).item<double>() == doctest::Approx(2 / 9223372036854775808.0));
  CHECK(xgrad::std(arange(3, float64), {0}, INT64_MAX).item<double>() == INFINITY);
}

TEST_CASE("reduce: variances of many numbers, along rows and columns, with holes and without") {
  // m numbers, `step` apart: step² m (m + 1) / 12
  const auto expected = [](double m, double step) { return step * step * m * (m + 1) / 12; };
  const std::int64_t n = 600000, rows = n / 60;
  for (const double offset : {0.0, 1e9}) {
    const Tensor x = arange(n, float64).add_(offset), table = x.reshape({rows, 60});
    CHECK(var(x, {0}).item<double>() == doctest::Approx(expected(n, 1)).epsilon(1e-13));
    CHECK(var(table, {0, 1}).item<double>() == doctest::Approx(expected(n, 1)).epsilon(1e-13));
    CHECK(var(x.slice(0, 0, to_end, 2), {0}).item<double>() ==
          doctest::Approx(expected(n / 2, 2)).epsilon(1e-13));
    for (const Tensor& columns : {table, table.slice(1, 0, to_end, 7)}) {
      const Tensor along = var(columns, {0}).value(), across = xgrad::std(columns, {1}).value();
      const double steps = columns.size(1) == 60 ? 1 : 7;
      const double across_expected = std::sqrt(expected(static_cast<double>(columns.size(1)), steps));
      for (std::int64_t i = 0; i < columns.size(1); ++i)
        CHECK(along.at({i}) == doctest::Approx(expected(rows, 60)).epsilon(1e-13));
      CHECK(across.at({0}) == doctest::Approx(across_expected).epsilon(1e-13));
      CHECK(across.at({rows - 1}) == doctest::Approx(across_expected).epsilon(1e-13));
    }
  }
  const Tensor table = tensor({{1.0, NAN, 2.0}, {1.0, 2.0, INFINITY}, {1.0, 2.0, 4.0}});
  for (const Tensor& variances : {var(table, {1}).value(), var(table.mT().contiguous(), {0}).value()}) {
    CHECK(std::isnan(variances.at({0})));
    CHECK(std::isnan(variances.at({1})));
    CHECK(variances.at({2}) == doctest::Approx(7.0 / 3));
  }
}

TEST_CASE("reduce: float32 deviations and their slopes, where their squares are no float32") {
  const std::vector<double> sample = {-1.5, 0.25, 2, 0.5, -0.75, 3};
  const auto n = static_cast<double>(sample.size());
  double mean = 0, squares = 0;
  for (const double v : sample) mean += v / n;
  for (const double v : sample) squares += (v - mean) * (v - mean);
  const double sigma = std::sqrt(squares / (n - 1));
  for (const double scale : {1e-37, 1e-30, 1e-22, 1e-19, 1.0, 1e19, 1e20, 1e30, 1e37}) {
    CAPTURE(scale);
    const Variable x(tensor(sample).to(float64).mul_(scale).to(float32), true);
    for (const bool create_graph : {false, true}) {
      const Variable y = xgrad::std(x, {0});
      CHECK(y.item<float>() == doctest::Approx(sigma * scale).epsilon(1e-6));
      const auto slope = grad({y}, {x}, {.create_graph = create_graph})[0].value().to_vector<float>();
      for (std::size_t i = 0; i < sample.size(); ++i) {
        CHECK(slope[i] == doctest::Approx((sample[i] - mean) / sigma / (n - 1)).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("reduce: slopes of norms whose powers are no float32") {
  struct Row {
    double p, scale, epsilon;
  };
  const std::vector<double> sample = {-1.5, 0.25, 2, 0.5};
  for (const Row row : {Row{-1, 1e30, 1e-6},
                        {-2, 1e15, 1e-6},
                        {-1, 1e-30, 1e-6},
                        {2, 1e30, 1e-6},
                        {2, 1e-40, 1e-4},
                        {3, 1e12, 1e-6},
                        {1.5, 1e20, 1e-6},
                        {0.5, 1e15, 1e-6}}) {
    CAPTURE(row.p);
    CAPTURE(row.scale);
    double sum = 0;
    for (const double v : sample) sum += std::pow(std::abs(v), row.p);
    const double y = std::pow(sum, 1 / row.p);
    const Variable x(tensor(sample).to(float64).mul_(row.scale).to(float32), true);
    for (const bool create_graph : {false, true}) {
      const auto slope =
          grad({norm(x, row.p)}, {x}, {.create_graph = create_graph})[0].value().to_vector<float>();
      for (std::size_t i = 0; i < sample.size(); ++i) {
        const double expected = std::copysign(std::pow(std::abs(sample[i]) / y, row.p - 1), sample[i]);
        CHECK(slope[i] == doctest::Approx(expected).epsilon(row.epsilon));
      }
    }
  }
}

TEST_CASE("reduce: the number of elements that are not 0 has a gradient, which is 0") {
  const Variable x(tensor({0.0, 2.0, -1.0}), true);
  for (const Variable& count : {norm(x, 0), sum(norm(x, 0, {0}))}) {
    REQUIRE(count.requires_grad());
    CHECK(equal(grad({count}, {x})[0].value(), zeros({3})));
  }
}

TEST_CASE("reduce: NaN reaches the maximum from every place") {
  for (std::int64_t n : {1, 7, 16, 33, 300}) {
    for (std::int64_t at = 0; at < n; ++at) {
      const Tensor x = randn({n});
      x.at({at}) = NAN;
      CHECK(std::isnan(amax(x, {0}).item<float>()));
      CHECK(std::isnan(amin(x, {0}).item<float>()));
      CHECK(std::isnan(logsumexp(x, {0}).item<float>()));
      CHECK(std::isnan(amax(x.reshape({n, 1}).expand({n, 3}), {0}).value().at({2})));
    }
  }
}

TEST_CASE("reduce: a sum's gradient is a view, and a leaf's gradient its own memory") {
  const Variable x(ones({2, 3}), true);
  sum(x).backward();
  CHECK(x.grad().is_contiguous());
  CHECK(equal(x.grad(), ones({2, 3})));
}

TEST_CASE("reduce: errors") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_TEXT(sum(x, {2}), "[sum] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(mean(x, {-3}), "[mean] dim -3 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(sum(x, {1, -1}), "[sum] dim -1 appears twice in the list of dims (1, -1)");
  CHECK_THROWS_TEXT(mean(zeros({2}, int64)), "[mean] needs a floating dtype, not int64 of shape");
  CHECK_THROWS_TEXT(var(zeros({2}, boolean), {0}), "[var] needs a floating dtype, not boolean");
  CHECK_THROWS_TEXT(amax(zeros({2, 0}), {1}),
                    "[amax] dim 1 of shape (2, 0) has size 0: there is no largest element");
  CHECK_THROWS_TEXT(amin(zeros({2, 0}), {1}),
                    "[amin] dim 1 of shape (2, 0) has size 0: there is no smallest element");
  CHECK(std::string(max(Variable(x, true)).node()->op()) == "max");
  CHECK_THROWS_TEXT(min(zeros({0})), "[min] dim 0 of shape (0,) has size 0");
  CHECK_THROWS_TEXT(norm(zeros({0}), INFINITY),
                    "[norm] dim 0 of shape (0,) has size 0: there is no largest element");
  CHECK_THROWS_TEXT(xgrad::std(zeros({2}, int64), {0}), "[std] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(xgrad::std(x, {2}), "[std] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(norm(zeros({2}, int64)), "[norm] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(norm(x, NAN), "[norm] p is NaN");
  CHECK_THROWS_TEXT(norm(x, 2, {0, 0}), "[norm] dim 0 appears twice in the list of dims (0, 0)");
  CHECK_THROWS_TEXT(logsumexp(zeros({2}, int64), {0}), "[logsumexp] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(logsumexp(x, {2}), "[logsumexp] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(sum_to(x, {2}), "[sum_to] a Tensor of shape (2, 3) is no broadcast of shape (2,)");
  CHECK_THROWS_TEXT(sum_to(x, {1, 2, 3}),
                    "[sum_to] a Tensor of shape (2, 3) is no broadcast of shape (1, 2, 3)");
}
