// Attention as one node: against the three nodes that it replaces and against finite differences.

#include <xgrad/core/ops/attention.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/score_mask.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

struct Sizes {
  std::int64_t B, H, queries, keys, d, d_v;
};

std::string text(const Sizes& s) { return Shape{s.B, s.H, s.queries, s.keys, s.d, s.d_v}.str(); }

// Less than a tile, one tile, a few and a part of one; a cache of keys; single rows and columns; nothing.
const std::vector<Sizes> table = {
    {2, 3, 6, 6, 8, 8},    {1, 2, 128, 256, 16, 16}, {1, 2, 300, 300, 16, 16}, {1, 1, 129, 600, 5, 9},
    {2, 1, 300, 70, 8, 4}, {1, 1, 1, 1, 4, 4},       {1, 2, 1, 530, 8, 8},     {2, 2, 40, 40, 1, 1},
    {2, 2, 17, 33, 33, 2}, {0, 2, 5, 5, 4, 4},       {2, 0, 5, 5, 4, 4},       {2, 2, 0, 5, 4, 4},
    {1, 2, 3, 0, 4, 4},
};

// (B, T, H, d) seen as (B, H, T, d), as in MultiHeadAttention.
Tensor heads(std::int64_t B, std::int64_t H, std::int64_t T, std::int64_t d, DType dtype) {
  return randn({B, T, H, d}, dtype).transpose(1, 2);
}

// Layouts that the kernel reads in place, and layouts that it copies.
std::vector<std::pair<std::string, std::vector<Tensor>>> operands(const Sizes& s, DType dtype) {
  const std::vector<Tensor> of_heads = {heads(s.B, s.H, s.queries, s.d, dtype),
                                        heads(s.B, s.H, s.keys, s.d, dtype),
                                        heads(s.B, s.H, s.keys, s.d_v, dtype)};
  const auto each = [&](auto f) {
    std::vector<Tensor> result;
    for (const Tensor& x : of_heads) result.push_back(f(x));
    return result;
  };
  return {{"heads side by side", of_heads},
          {"contiguous", each([](const Tensor& x) { return x.contiguous(); })},
          {"transposed", each([](const Tensor& x) { return x.mT().contiguous().mT(); })},
          {"one row for all",
           each([](const Tensor& x) { return x.size(2) == 0 ? x : x.slice(2, 0, 1).expand(x.shape()); })}};
}

// Masks of every kind: of T_q × T_k or broadcast to it, in layouts that the kernel copies, and with queries
// that see no key.
std::vector<std::pair<std::string, FusedAttentionOptions>> masks(const Sizes& s, DType dtype) {
  const Tensor kept = randint(0, 4, {s.B, s.H, s.queries, s.keys}).to(boolean);  // a quarter is hidden
  const Tensor added = randn({s.queries, s.keys}, dtype);
  std::vector<std::pair<std::string, FusedAttentionOptions>> result = {
      {"none", {}},
      {"kept", {.mask = kept}},
      {"kept, transposed", {.mask = kept.mT().contiguous().mT()}},
      {"added", {.mask = added}},
      {"added, in float32", {.mask = added.to(float32)}},
      {"kept or not by query", {.mask = randint(0, 2, {s.queries, 1}).to(boolean)}},
      {"kept or not by key", {.mask = randint(0, 2, {s.B, 1, 1, s.keys}).to(boolean)}},
      {"added, −∞ for some queries",
       {.mask = log(Variable(randint(0, 2, {s.queries, 1}).to(dtype))).value()}},
  };
  if (s.queries <= s.keys) {
    for (std::size_t i = 0, n = result.size(); i < n; ++i) {
      auto [name, options] = result[i];
      options.causal = true;
      result.emplace_back("causal, " + name, options);
    }
  }
  for (auto& named : result) named.second.scale = 0.3;
  return result;
}

// If all keys are the same, the gradient of q is 0 but for rounding, which shows in float32.
bool has_exact_gradients(const std::string& layout, DType dtype) {
  return dtype == float64 || layout != "one row for all";
}

// The same by ordinary ops, with all scores in memory.
Variable attention_in_ops(const Variable& q, const Variable& k, const Variable& v,
                          const FusedAttentionOptions& options) {
  const std::int64_t queries = q.size(2), keys = k.size(2);
  Tensor mask = options.mask;
  if (options.causal)
    mask = keep_only(le(arange(keys), (arange(queries) + keys - queries).unsqueeze(1)), mask);
  return matmul(
      softmax(matmul(q, k.mT()), -1, {.scale = options.scale, .mask = mask, .zero_if_all_masked = true}), v);
}

// The output and the gradients of q, k and v.
using Function = Variable (*)(const Variable&, const Variable&, const Variable&,
                              const FusedAttentionOptions&);
std::vector<Tensor> results(Function attention, const std::vector<Tensor>& x,
                            const FusedAttentionOptions& options, const Tensor& g) {
  const std::vector<Variable> leaves = {Variable(x[0], true), Variable(x[1], true), Variable(x[2], true)};
  const Variable y = attention(leaves[0], leaves[1], leaves[2], options);
  y.backward(g);
  return {y.value(), leaves[0].grad(), leaves[1].grad(), leaves[2].grad()};
}

void check(const Sizes& s, DType dtype, double tolerance) {
  manual_seed(3);
  const Tensor g = heads(s.B, s.H, s.queries, s.d_v, dtype);
  const auto every_mask = masks(s, dtype);
  const auto every_layout = operands(s, dtype);
  for (const auto& [layout, x] : every_layout) {
    if (!has_exact_gradients(layout, dtype)) continue;
    const bool is_first = layout == every_layout.front().first;  // the others with fewer masks
    for (const auto& [name, options] : every_mask) {
      if (!is_first && name != every_mask.front().first && name != every_mask.back().first) continue;
      CAPTURE(layout);
      CAPTURE(name);
      const std::vector<Tensor> expected = results(attention_in_ops, x, options, g);
      const std::vector<Tensor> got = results(fused_attention, x, options, g);
      for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(got[i].shape() == expected[i].shape());
        CHECK(max_abs_diff(got[i], expected[i]) <= tolerance);
      }
    }
  }
}

}  // namespace

TEST_CASE("fused attention: output and gradients are those of the composed form") {
  for (const Sizes& s : table) {
    CAPTURE(text(s));
    check(s, float64, 1e-10);
    check(s, float32, 2e-5);
  }
}

TEST_CASE("fused attention: first and second derivatives by finite differences") {
  for (const auto& [name, options] : masks({1, 2, 3, 4, 2, 3}, float64)) {
    CAPTURE(name);
    manual_seed(5);
    const std::vector<Variable> x = {heads(1, 2, 3, 2, float64), heads(1, 2, 4, 2, float64),
                                     heads(1, 2, 4, 3, float64)};
    const auto f = [options = options](const std::vector<Variable>& x) {
      return fused_attention(x[0], x[1], x[2], options);
    };
    for (const int order : {1, 2}) {
      const GradcheckResult result = gradcheck(f, x, {.order = order});
      CHECK_MESSAGE(result, result.message());
    }
  }
}

TEST_CASE("fused attention: the gradient of each operand alone") {
  manual_seed(1);
  const std::vector<Tensor> x = {heads(1, 2, 5, 4, float64), heads(1, 2, 7, 4, float64),
                                 heads(1, 2, 7, 3, float64)};
  const Tensor g = heads(1, 2, 5, 3, float64);
  const std::vector<Tensor> all = results(fused_attention, x, {.scale = 0.5}, g);
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    std::vector<Variable> leaves(x.begin(), x.end());
    leaves[i].requires_grad_();
    fused_attention(leaves[0], leaves[1], leaves[2], {.scale = 0.5}).backward(g);
    CHECK(equal(leaves[i].grad(), all[i + 1]));
  }
}

TEST_CASE("fused attention: large scores, −∞, and hidden keys") {
  const Tensor q = full({1, 1, 1, 1}, 1.0), v = tensor({1.0, 2.0, 4.0}).reshape({1, 1, 3, 1});
  const auto at = [&](std::initializer_list<double> scores, const FusedAttentionOptions& options = {}) {
    const Tensor k = tensor(std::vector<double>(scores)).to(float32).reshape({1, 1, 3, 1});
    return fused_attention(q, k, v, options).value().item<double>();
  };
  CHECK(at({1e30, 1e30, 0}) == 1.5);
  CHECK(at({-1e30, -1e30, -1e30}) == doctest::Approx(7.0 / 3));
  CHECK(at({0, -inf, -inf}) == 1);
  CHECK(at({-inf, -inf, -inf}, {.mask = zeros({3}, boolean)}) == 0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(at({0, nan, 0})));
  CHECK(at({0, nan, 0}, {.mask = tensor({true, false, true})}) == 2.5);
  // the maximum rises from tile to tile
  const Tensor rising = arange(0, 1000, 1, float64).reshape({1, 1, 1000, 1});
  CHECK(max_abs_diff(fused_attention(ones({1, 1, 1, 1}, float64), rising, rising).value(),
                     attention_in_ops(ones({1, 1, 1, 1}, float64), rising, rising, {}).value()) < 1e-10);
}

// With q = 0 all scores are 0, and a number added to all of them changes nothing, however large.
TEST_CASE("fused attention: a large number added to a whole row leaves its gradients alone") {
  manual_seed(5);
  const Tensor zero = zeros({1, 2, 3, 4}, float64), keys = randn({1, 2, 5, 4}, float64),
               values = randn({1, 2, 5, 4}, float64), g = randn({1, 2, 3, 4}, float64);
  for (const DType dtype : {float32, float64}) {
    CAPTURE(dtype);
    const auto gradients = [&](DType type, const FusedAttentionOptions& options, Function f) {
      const Variable q(zero.to(type), true), k(keys.to(type), true), v(values.to(type), true);
      f(q, k, v, options).backward(g.to(type));
      return std::vector<Tensor>{q.grad(), k.grad(), v.grad()};
    };
    const std::vector<Tensor> expected = gradients(float64, {}, attention_in_ops);
    for (const double number : {-1e3, 1e4, -1e9, 1e30, -3e38}) {
      CAPTURE(number);
      const auto got = gradients(dtype, {.mask = full({1, 1, 3, 5}, number, dtype)},
                                 [](const auto&... x) { return fused_attention(x...); });
      for (std::size_t i = 0; i < 3; ++i) {
        CAPTURE(i);
        CHECK(max_abs_diff(got[i].to(float64), expected[i]) <= (dtype == float32 ? 2e-6 : 1e-14));
      }
    }
  }
}

TEST_CASE("fused attention: the gradient of a bias that all queries share is as exact as a sum") {
  manual_seed(3);
  const Tensor q = randn({4, 8, 1024, 4}), k = randn({4, 8, 16, 4}), v = rand({4, 8, 16, 4}),
               g = rand({4, 8, 1024, 4}), bias = randn({16});
  const auto gradient = [&](DType dtype) -> Tensor {
    const Variable leaf(bias.to(dtype), true);
    const Variable y = fused_attention(q.to(dtype), k.to(dtype), v.to(dtype), {.bias = leaf});
    return grad({y}, {leaf}, {.grad_outputs = {g.to(dtype)}})[0].value().to(float64);
  };
  CHECK(max_abs_diff(gradient(float32), gradient(float64)) < 1.5e-4);  // of up to 300, sums of 32768 numbers
}

TEST_CASE("fused attention repeats bit for bit") {
  manual_seed(2);
  const std::vector<Tensor> x = {heads(1, 3, 300, 16, float32), heads(1, 3, 400, 16, float32),
                                 heads(1, 3, 400, 16, float32)};
  const Tensor g = heads(1, 3, 300, 16, float32);
  const std::vector<Tensor> once = results(fused_attention, x, {.causal = true}, g);
  const std::vector<Tensor> again = results(fused_attention, x, {.causal = true}, g);
  for (std::size_t i = 0; i < once.size(); ++i) CHECK(equal(once[i], again[i]));
}
