// The options of attention: softcap, grouped heads, windows, learned biases, dropout, 3 dims, and the scores
// of each stage, in three nodes and in one (golden/make_attention_options.py).
#include <xgrad/nn/scaled_dot_product_attention.hpp>

#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/rounding.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using namespace xgrad::nn;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

const Tensor& numbers(const std::string& key) { return golden("attention_options", key); }

struct Case {
  const char* name;
  double scale, softcap;
  bool has_bias;
  std::int64_t left, right;
};
const std::vector<Case> cases = {
    {"/plain", 0.7, 0, false, -1, -1}, {"/softcap", 0.7, 1.5, false, -1, -1},
    {"/window", 0.7, 0, false, 2, 0},  {"/window, right", 0.7, 0, false, 1, 1},
    {"/bias", 0.7, 0, true, -1, -1},   {"/all", 2, 0.8, true, 2, 0},
};

// q, k, v and the bias as leaves.
std::vector<Variable> leaves(const std::string& sizes) {
  std::vector<Variable> result;
  for (const char* name : {"/q", "/k", "/v", "/bias"})
    result.emplace_back(numbers(sizes + name).clone(), true);
  result[3].set_value(result[3].value().unsqueeze(0));  // a mask of 3 dims is refused
  return result;
}

AttentionOptions options_of(const Case& c, const std::string& sizes, const Variable& bias) {
  Mask mask = Mask::padding(numbers(sizes + "/lengths")) & Mask::window(c.left, c.right);
  if (c.has_bias) mask = mask & Mask::additive(bias);
  return {.mask = mask, .scale = c.scale, .softcap = c.softcap};
}

const std::vector<std::string> all_sizes = {"5x5, 1 key heads", "5x5, 2 key heads", "5x5, 4 key heads",
                                            "3x7, 1 key heads", "3x7, 2 key heads", "3x7, 4 key heads"};

}  // namespace

TEST_CASE("attention's options: values and gradients, in three nodes and in one") {
  for (const std::string& sizes : all_sizes) {
    for (const Case& c : cases) {
      for (const auto& [fused, readable] : {std::pair{false, false}, {true, false}, {true, true}}) {
        CAPTURE(sizes);
        CAPTURE(c.name);
        CAPTURE(fused);
        CAPTURE(readable);
        const ReadableRules rules(readable);
        const std::vector<Variable> x = leaves(sizes);
        AttentionOptions options = options_of(c, sizes, x[3]);
        options.fused = fused;
        const Variable y = scaled_dot_product_attention(x[0], x[1], x[2], options).output;
        CHECK(trace(y).count("fused_attention") == fused);
        CHECK(max_abs_diff(y.value(), numbers(sizes + c.name + "/out")) < 1e-13);
        y.backward(numbers(sizes + "/gout"));
        const char* names[] = {"/grad/q", "/grad/k", "/grad/v"};
        for (std::size_t i = 0; i < 3; ++i) {
          CAPTURE(names[i]);
          CHECK(max_abs_diff(x[i].grad(), numbers(sizes + c.name + names[i])) < 1e-13);
        }
        CHECK(x[3].has_grad() == c.has_bias);
        if (c.has_bias)
          CHECK(max_abs_diff(x[3].grad().squeeze(0), numbers(sizes + c.name + "/grad/bias")) < 1e-13);
      }
    }
  }
}

TEST_CASE("attention returns the scores of each stage") {
  for (const std::string sizes : {"5x5, 2 key heads", "3x7, 2 key heads"}) {
    const std::vector<Variable> x = leaves(sizes);
    for (const Case& c : cases) {
      for (const auto& [stage, name] : {std::pair{Scores::scaled, "/scaled"},
                                        {Scores::softcapped, "/softcapped"},
                                        {Scores::masked, "/masked"},
                                        {Scores::weights, "/weights"}}) {
        CAPTURE(c.name);
        CAPTURE(name);
        AttentionOptions options = options_of(c, sizes, x[3]);
        options.scores = stage;
        options.fused = true;  // where scores are asked for, the three nodes run
        const auto [output, scores] = scaled_dot_product_attention(x[0], x[1], x[2], options);
        CHECK(max_abs_diff(scores.value(), numbers(sizes + c.name + name)) < 1e-13);
        CHECK(max_abs_diff(output.value(), numbers(sizes + c.name + "/out")) < 1e-13);
      }
    }
  }
}

TEST_CASE("attention takes heads side by side in 3 dims") {
  const std::string sizes = "3x7, 2 key heads";
  const auto side_by_side = [&](const char* name) {
    const Tensor x = numbers(sizes + name);
    return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
  };
  for (const bool fused : {false, true}) {
    const auto [output, weights] =
        scaled_dot_product_attention(side_by_side("/q"), side_by_side("/k"), side_by_side("/v"),
                                     {.mask = Mask::padding(numbers(sizes + "/lengths")),
                                      .scale = 0.7,
                                      .num_heads = 4,
                                      .num_kv_heads = 2,
                                      .fused = fused});
    CHECK(max_abs_diff(output.value(), side_by_side("/plain/out")) < 1e-13);
    if (!fused) CHECK(max_abs_diff(weights.value(), numbers(sizes + "/plain/weights")) < 1e-13);
  }
  // one head, as PyTorch takes 3 dims
  const Tensor x = randn({2, 3, 4}, float64);
  CHECK(equal(scaled_dot_product_attention(x, x, x).output.value(),
              scaled_dot_product_attention(x.unsqueeze(1), x.unsqueeze(1), x.unsqueeze(1))
                  .output.value()
                  .squeeze(1)));
}

TEST_CASE("attention repeats queries, keys or values that have a batch of 1") {
  manual_seed(6);
  const Variable one(randn({1, 2, 4, 3}, float64)), three(randn({3, 2, 4, 3}, float64));
  const Mask padding = Mask::padding(tensor({4, 1, 2}));
  for (const bool fused : {false, true}) {
    for (const auto& [q, k, v] : std::vector<std::array<Variable, 3>>{
             {one, one, three}, {one, three, one}, {three, one, one}, {three, three, one}}) {
      const AttentionOptions options{.mask = padding, .fused = fused};
      const Variable out = scaled_dot_product_attention(q, k, v, options).output;
      const auto whole = [](const Variable& x) { return Variable(x.value().expand({3, 2, 4, 3}).clone()); };
      const Variable expected = scaled_dot_product_attention(whole(q), whole(k), whole(v), options).output;
      CHECK(max_abs_diff(out.value(), expected.value()) == 0);
    }
  }
}

TEST_CASE("attention's options: first and second derivatives by finite differences") {
  manual_seed(3);
  Dropout dropout(0.3);
  const auto draw = [](const Shape& shape) { return Variable(randn(shape, float64)); };
  const std::vector<Variable> x = {draw({1, 2, 3, 2}), draw({1, 1, 4, 2}), draw({1, 1, 4, 3}),
                                   draw({1, 2, 1, 4})};
  for (const bool readable : {false, true}) {
    const ReadableRules rules(readable);
    const auto f = [&](const std::vector<Variable>& x) {
      manual_seed(9);  // the same weights are dropped in every call
      return scaled_dot_product_attention(x[0], x[1], x[2],
                                          {.mask = Mask::window(2, 0) & Mask::additive(x[3]),
                                           .dropout = &dropout,
                                           .scale = 1.5,
                                           .softcap = 1.1,
                                           .fused = true})
          .output;
    };
    for (const int order : {1, 2}) {
      const GradcheckResult result = gradcheck(f, x, {.order = order});
      CHECK_MESSAGE(result, result.message());
    }
  }
}

TEST_CASE("a query that sees no key gives weights 0, context 0 and gradient 0") {
  // The first two queries see keys 0 and 1 at most, which are hidden.
  const Mask mask =
      Mask::window(0, 0) & Mask::keep(tensor({0, 0, 1, 1}).to(boolean)) & Mask::additive(zeros({4}));
  for (const bool fused : {false, true}) {
    for (const double softcap : {0.0, 2.0}) {
      const Variable q(randn({1, 2, 4, 3}), true), k(randn({1, 1, 4, 3}), true), v(randn({1, 1, 4, 3}), true);
      const Variable bias(randn({4, 4}), true);
      const auto [y, weights] = scaled_dot_product_attention(
          q, k, v, {.mask = mask & Mask::additive(bias), .softcap = softcap, .fused = fused});
      CHECK(max_abs(y.value().slice(2, 0, 2)) == 0);
      CHECK(max_abs_diff(y.value().slice(2, 2).select(1, 1), v.value().slice(2, 2).select(1, 0)) < 1e-6);
      if (!fused) CHECK(max_abs(weights.value().slice(2, 0, 2)) == 0);
      y.backward(randn(y.shape()));
      CHECK(max_abs(q.grad().slice(2, 0, 2)) == 0);
      CHECK(max_abs(k.grad().slice(2, 0, 2)) == 0);
      CHECK(max_abs(v.grad().slice(2, 0, 2)) == 0);
      CHECK(max_abs(bias.grad().slice(0, 0, 2)) == 0);
    }
  }
}

TEST_CASE("attention's options: errors name the rule") {
  const Variable q = zeros({1, 4, 2, 3}), k = zeros({1, 3, 2, 3}), x = zeros({1, 2, 6});
  CHECK_THROWS_TEXT(scaled_dot_product_attention(q, k, k), "where H_k divides H");
  CHECK_THROWS_TEXT(scaled_dot_product_attention(q, q, q, {.softcap = -1}),
                    "[scaled_dot_product_attention] softcap must be 0 (none) or a positive float32, neither "
                    "infinite nor subnormal, got -1");
  CHECK_THROWS_TEXT(scaled_dot_product_attention(q, q, q, {.softcap = 1e-40, .fused = true}),
                    "neither infinite nor subnormal, got 1e-40");
  CHECK_THROWS_TEXT(scaled_dot_product_attention(q, q, q, {.softcap = 1e300}),
                    "a positive float32, neither infinite nor subnormal, got 1e+300");
  CHECK_THROWS_TEXT(scaled_dot_product_attention(q, q, q, {.scale = inf}), "scale must be finite, got inf");
  CHECK_THROWS_TEXT(scaled_dot_product_attention(x, x, x, {.num_heads = 4}),
                    "the last size of q, (1, 2, 6), is not divisible by its 4 heads");
  CHECK_THROWS_TEXT(scaled_dot_product_attention(q, q, q, {.num_heads = 4}),
                    "num_heads and num_kv_heads are for inputs of 3 dims");
  CHECK_THROWS_TEXT(Mask::window(-2, 0),
                    "[Mask] window: left -2 and right 0 must be 0 or more, or -1 for no bound");
  for (const bool fused : {false, true}) {
    CHECK_THROWS_TEXT(scaled_dot_product_attention(q, zeros({1, 4, 1, 3}), zeros({1, 4, 1, 3}),
                                                   {.mask = Mask::window(1, 0), .fused = fused}),
                      "[Mask] window: more queries than keys, T_q 2 and T_k 1");
  }
  CHECK_THROWS_TEXT(fused_attention(q, q, q, {.bias = Variable(zeros({2}, int64))}), "[fused_attention] ");
  CHECK_THROWS_TEXT(fused_attention(q, q, q, {.bias = Variable(zeros({3}))}), "does not broadcast");
  CHECK_THROWS_TEXT(fused_attention(q, q, q, {.dropout = 2}), "dropout must lie in [0, 1], got 2");
}
