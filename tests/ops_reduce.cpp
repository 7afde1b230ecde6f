// Reductions, against PyTorch (golden/make_reduce.py), plain loops and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
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
  Generator generator(0);  // sums of other numbers may cancel further than the bound below allows
  const Tensor wide = randn({3, 70, 41, 18}, float32, generator);
  const std::pair<const char*, Tensor> layouts[] = {
      {"contiguous", wide},
      {"permuted", wide.permute({2, 0, 3, 1})},
      {"sliced", wide.slice(3, 1, to_end, 2)},
      {"every other row", wide.slice(1, 0, to_end, 3)},
      {"expanded", wide.slice(1, 4, 5).expand({3, 70, 41, 18})},
      {"a scalar expanded", randn({}, float32, generator).expand({3, 70, 41, 18})},
      {"few long rows", randn({1, 2, 200000, 1}, float32, generator)},
      {"many short rows", randn({50000, 1, 3, 1}, float32, generator)},
      {"few columns", randn({1, 90000, 5, 1}, float32, generator)},
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
  CHECK_THROWS_TEXT(xgrad::std(zeros({2}, int64), {0}), "[std] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(xgrad::std(x, {2}), "[std] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(logsumexp(zeros({2}, int64), {0}), "[logsumexp] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(logsumexp(x, {2}), "[logsumexp] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(sum_to(x, {2}), "[sum_to] a Tensor of shape (2, 3) is no broadcast of shape (2,)");
  CHECK_THROWS_TEXT(sum_to(x, {1, 2, 3}),
                    "[sum_to] a Tensor of shape (2, 3) is no broadcast of shape (1, 2, 3)");
}
