// ONNX's Attention in one call: the rows of the table in docs/attention.md, against loops over the operator's
// definition (opset 24: scale, softcap, mask, softmax; a query that sees no key gives 0).
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "support.hpp"

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/scaled_dot_product_attention.hpp>

using namespace xgrad;
using namespace xgrad::nn;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr std::int64_t B = 2, H = 4, H_k = 2, T_q = 3, T_k = 5, d = 3;

struct Definition {
  double scale = 1 / std::sqrt(3.0);
  double softcap = 0;
  // What is added to the score of query i with key j in item b and head h.
  std::function<double(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j)> bias = {};
};

struct Result {
  Tensor output, scaled, softcapped, masked, weights;
};

Result attention(const Tensor& q, const Tensor& k, const Tensor& v, const Definition& of) {
  const std::int64_t queries = q.size(2), keys = k.size(2);
  const Tensor stage = zeros({B, H, queries, keys}, float64);
  Result r{zeros({B, H, queries, d}, float64), stage, stage.clone(), stage.clone(), stage.clone()};
  for (std::int64_t b = 0; b < B; ++b) {
    for (std::int64_t h = 0; h < H; ++h) {
      for (std::int64_t i = 0; i < queries; ++i) {
        const std::int64_t of_keys = h / (H / H_k);
        double total = 0;
        std::vector<double> e;
        for (std::int64_t j = 0; j < keys; ++j) {
          double score = 0;
          for (std::int64_t c = 0; c < d; ++c)
            score += double(q.at({b, h, i, c})) * double(k.at({b, of_keys, j, c}));
          score *= of.scale;
          r.scaled.at({b, h, i, j}) = score;
          if (of.softcap > 0) score = of.softcap * std::tanh(score / of.softcap);
          r.softcapped.at({b, h, i, j}) = score;
          if (of.bias) score += of.bias(b, h, i, j);
          r.masked.at({b, h, i, j}) = score;
          total += e.emplace_back(std::exp(score));
        }
        for (std::int64_t j = 0; j < keys; ++j) {
          const double weight = total == 0 ? 0 : e[static_cast<std::size_t>(j)] / total;
          r.weights.at({b, h, i, j}) = weight;
          for (std::int64_t c = 0; c < d; ++c)
            r.output.at({b, h, i, c}) += weight * double(v.at({b, of_keys, j, c}));
        }
      }
    }
  }
  return r;
}

struct Case {
  Tensor q, k, v;
  Case() {
    manual_seed(11);
    q = randn({B, H, T_q, d}, float64);
    k = randn({B, H_k, T_k, d}, float64);
    v = randn({B, H_k, T_k, d}, float64);
  }
};

// The call gives the definition's output, in three nodes and in one, and its scores at each stage.
void check(const Case& x, AttentionOptions options, const Definition& definition) {
  const Result expected = attention(x.q, x.k, x.v, definition);
  for (const bool fused : {false, true}) {
    options.fused = fused;
    CHECK(max_abs_diff(scaled_dot_product_attention(x.q, x.k, x.v, options).output.value(), expected.output) <
          1e-14);
  }
  for (const auto& [stage, scores] : {std::pair{Scores::scaled, expected.scaled},
                                      {Scores::softcapped, expected.softcapped},
                                      {Scores::masked, expected.masked},
                                      {Scores::weights, expected.weights}}) {
    options.scores = stage;
    CHECK(max_abs_diff(scaled_dot_product_attention(x.q, x.k, x.v, options).weights.value(), scores) < 1e-13);
  }
}

double if_hidden(bool hidden) { return hidden ? -inf : 0; }

}  // namespace

TEST_CASE("ONNX attention: grouped heads, scale and softcap") {
  const Case x;
  check(x, {}, {});
  check(x, {.scale = 0.5}, {.scale = 0.5});
  check(x, {.softcap = 0.7}, {.softcap = 0.7});
}

TEST_CASE("ONNX attention: masks, boolean and floating, after the softcap") {
  const Case x;
  Tensor seen = ones({B, 1, T_q, T_k}, boolean);
  seen.at({0, 0, 1, 2}) = false;
  for (std::int64_t j = 0; j < T_k; ++j) seen.at({1, 0, 2, j}) = false;  // a query that sees no key
  const Tensor bias = randn({T_q, T_k}, float64);
  const auto hidden = [&](auto b, auto, auto i, auto j) { return if_hidden(!bool(seen.at({b, 0, i, j}))); };
  const auto added = [&](auto, auto, auto i, auto j) { return double(bias.at({i, j})); };
  check(x, {.mask = Mask::keep(seen), .softcap = 0.7}, {.softcap = 0.7, .bias = hidden});
  check(x, {.mask = Mask::additive(bias), .softcap = 0.7}, {.softcap = 0.7, .bias = added});
}

TEST_CASE("ONNX attention: both causal alignments, with a past and with padding") {
  const Case x;
  const auto upper_left = [](auto, auto, auto i, auto j) { return if_hidden(j > i); };
  const auto after_past = [](auto, auto, auto i, auto j) { return if_hidden(j > i + T_k - T_q); };
  check(x, {.mask = Mask::causal_upper_left()}, {.bias = upper_left});
  check(x, {.mask = Mask::causal()}, {.bias = after_past});

  // past_key and past_value
  const Tensor past_k = x.k.slice(2, 0, 2), past_v = x.v.slice(2, 0, 2), k = x.k.slice(2, 2),
               v = x.v.slice(2, 2);
  const Variable out =
      scaled_dot_product_attention(x.q, cat({past_k, k}, 2), cat({past_v, v}, 2), {.mask = Mask::causal()})
          .output;
  CHECK(max_abs_diff(out.value(), attention(x.q, x.k, x.v, {.bias = after_past}).output) < 1e-14);

  // nonpad_kv_seqlen; the second item has fewer keys than queries, so that its first query sees none
  const Tensor lengths = tensor({4, 2});
  const auto padded = [](auto b, auto, auto, auto j) { return if_hidden(j >= (b == 0 ? 4 : 2)); };
  const auto padded_causal = [](auto b, auto, auto i, auto j) {
    return if_hidden(j > i + (b == 0 ? 4 : 2) - T_q);
  };
  check(x, {.mask = Mask::padding(lengths)}, {.bias = padded});
  check(x,
        {.mask = Mask::keep(arange(T_k) <=
                            arange(T_q).reshape({T_q, 1}) + (lengths - T_q).reshape({B, 1, 1, 1}))},
        {.bias = padded_causal});
}

TEST_CASE("ONNX attention: inputs of 3 dims") {
  const Case x;
  const auto joined = [](const Tensor& t) {
    return t.transpose(1, 2).reshape({B, t.size(2), t.size(1) * d});
  };
  const auto [output, weights] = scaled_dot_product_attention(joined(x.q), joined(x.k), joined(x.v),
                                                              {.num_heads = H, .num_kv_heads = H_k});
  const Result expected = attention(x.q, x.k, x.v, {});
  CHECK(max_abs_diff(output.value(), joined(expected.output)) < 1e-14);
  CHECK(max_abs_diff(weights.value(), expected.weights) < 1e-14);
}
