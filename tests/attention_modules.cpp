#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/attention.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

namespace {

constexpr RoPEOptions halves{.pairs = RotaryPairs::halves};

MultiHeadAttentionOptions in_float64(MultiHeadAttentionOptions options, bool fused) {
  options.fused = fused;
  options.dtype = float64;
  return options;
}

}  // namespace

TEST_CASE("MultiHeadAttention's options: values and gradients, in three nodes and in one") {
  const std::vector<std::pair<std::string, MultiHeadAttentionOptions>> cases = {
      {"plain", {}},
      {"no bias", {.bias = false}},
      {"widths", {.kdim = 5, .vdim = 7}},
      {"one key head", {.num_kv_heads = 1}},
      {"scale", {.scale = 1.7}},
      {"softcap", {.softcap = 0.4}},
      {"interleaved", {.rope = RoPEOptions{}}},
      {"halves", {.rope = halves}},
      {"all", {.kdim = 5, .vdim = 7, .num_kv_heads = 1, .scale = 1.7, .softcap = 0.4, .rope = halves}},
  };
  for (const auto& [name, options] : cases) {
    for (const bool fused : {false, true}) {
      CAPTURE(name);
      CAPTURE(fused);
      const auto stored = [&, name = name](const std::string& key) {
        return golden("attention_modules", name + "/" + key);
      };
      const MultiHeadAttention mha(12, 3, in_float64(options, fused));
      NamedParameters variables = mha.named_parameters();
      NamedTensors state;
      for (const auto& [key, parameter] : variables) state.emplace_back(key, stored(key));
      mha.load_state_dict(state);
      for (const char* key : {"Q", "K", "V"})
        variables.emplace_back(key, Variable(stored(key).clone(), true));
      const auto input = [&](std::size_t i) { return variables[variables.size() - 3 + i].second; };
      const Mask mask = name == "all" ? Mask::window(2, 0) : Mask();
      const Variable y = mha(input(0), input(1), input(2), mask);
      CHECK(max_abs_diff(y.value(), stored("out")) < 1e-12);
      y.backward(stored("gout"));
      for (const auto& [key, variable] : variables) {
        CAPTURE(key);
        CHECK(max_abs_diff(variable.grad(), stored("grad/" + key)) < 1e-11);
      }
    }
  }
}

TEST_CASE("MultiHeadAttention with every option: derivatives by finite differences") {
  manual_seed(0);
  for (const bool fused : {false, true}) {
    const MultiHeadAttention mha(8, 4,
                                 in_float64({.kdim = 3,
                                             .vdim = 5,
                                             .num_kv_heads = 2,
                                             .scale = 0.9,
                                             .softcap = 1.5,
                                             .rope = RoPEOptions{.base = 10}},
                                            fused));
    const Variable bias(randn({1, 4, 3, 5}, float64), true);
    const Mask mask = Mask::window(3, 0) & Mask::additive(bias) & Mask::padding(tensor({5, 4}));
    const auto f = [&](const Variable& Q, const Variable& K, const Variable& V) {
      return mha(Q, K, V, mask);
    };
    std::vector<NamedVariable> leaves = {{"bias", bias}};
    for (const auto& [name, parameter] : mha.named_parameters()) leaves.push_back({name, parameter});
    const std::vector<Variable> inputs = {randn({2, 3, 8}, float64), randn({2, 5, 3}, float64),
                                          randn({2, 5, 5}, float64)};
    for (const int order : {1, 2}) {
      const GradcheckResult result = gradcheck(f, inputs, {.order = order}, leaves);
      CHECK_MESSAGE(result, result.message());
    }
  }
}

TEST_CASE("a key that all heads hide may hold NaN, and so may one for the head that hides it") {
  manual_seed(1);
  for (const std::int64_t num_kv_heads : {1, 2, 4}) {
    for (const bool fused : {false, true}) {
      const MultiHeadAttention mha(
          8, 4, {.bias = false, .num_kv_heads = num_kv_heads, .fused = fused, .dtype = float64});
      const Tensor Q = randn({1, 3, 8}, float64), K = randn({1, 5, 8}, float64), broken = K.clone();
      const Tensor seen = ones({1, 4, 1, 5}, boolean);
      seen.slice(3, 4).fill_(false);
      broken.slice(1, 4).fill_(NAN);
      const Tensor clean = mha(Q, K, K, Mask::keep(seen)).value();
      const Variable y = mha(Q, broken, broken, Mask::keep(seen));
      CHECK(equal(y.value(), clean));
      y.backward(ones_like(y.value()));
      for (const Variable& parameter : mha.parameters())
        CHECK(max_abs_diff(parameter.grad(), parameter.grad()) == 0);

      seen.slice(1, 2, 3).slice(3, 1, 2).fill_(false);  // head 2 hides key 1 too
      broken.slice(1, 1, 2).fill_(NAN);
      const Variable additive = where(seen, zeros({}, float64), full({}, -INFINITY, float64));
      for (const Mask& mask : {Mask::keep(seen), Mask::additive(additive)}) {
        const auto weights_of_head_2 = [&](const Tensor& keys) {
          return mha.forward_with_weights(Q, keys, keys, mask).weights.value().select(1, 2);
        };
        CHECK(equal(weights_of_head_2(broken), weights_of_head_2(K)));
      }
    }
  }
}

TEST_CASE("MultiHeadAttention refuses options and inputs that do not fit") {
  const auto made_with = [](const MultiHeadAttentionOptions& options) { MultiHeadAttention(8, 4, options); };
  CHECK_THROWS_TEXT(made_with({.num_kv_heads = 3}),
                    "[MultiHeadAttention] num_kv_heads 3 does not divide num_heads 4");
  CHECK_THROWS_TEXT(made_with({.num_kv_heads = 8}), "num_kv_heads 8 does not divide num_heads 4");
  CHECK_THROWS_TEXT(made_with({.num_kv_heads = -1}), "num_kv_heads -1 does not divide");
  CHECK_THROWS_TEXT(made_with({.kdim = -1}), "[MultiHeadAttention] kdim must not be negative, got -1");
  CHECK_THROWS_TEXT(made_with({.vdim = -2}), "vdim must not be negative, got -2");
  CHECK_THROWS_TEXT(made_with({.softcap = -1}), "softcap must be 0 (none) or positive and finite, got -1");
  CHECK_THROWS_TEXT(made_with({.softcap = NAN}), "softcap must be 0 (none) or positive and finite, got nan");
  CHECK_THROWS_TEXT(made_with({.scale = INFINITY}), "[MultiHeadAttention] scale must be finite, got inf");
  CHECK_THROWS_TEXT(made_with({.dropout = 1.5}), "[Dropout] ");
  CHECK_THROWS_TEXT(made_with({.rope = RoPEOptions{.dims = 1}}), "[RoPE] dims must be even");
  CHECK_THROWS_TEXT(made_with({.rope = RoPEOptions{.dims = 4}}), "the size of a head, 2, but is 4");
  CHECK_THROWS_TEXT(MultiHeadAttention(9, 3, {.rope = halves}), "the size of a head, 3, but is 3");
  const MultiHeadAttention mha(8, 4, {.kdim = 3, .vdim = 5});
  const Tensor Q = ones({2, 4, 8}), K = ones({2, 6, 3}), V = ones({2, 6, 5});
  CHECK_THROWS_TEXT(mha(Q, V, V),
                    "Q must be (B, T_q, 8), K (B, T_k, 3) and V (B, T_k, 5): got Q (2, 4, 8), K (2, 6, 5)");
  CHECK_THROWS_TEXT(mha(Q, K, K), "V (2, 6, 3)");
  CHECK_THROWS_TEXT(mha(Q, K.slice(0, 1), V.slice(0, 1)), "got Q (2, 4, 8), K (1, 6, 3)");
  CHECK_THROWS_TEXT(mha(Q, K.slice(1, 1), V), "got Q (2, 4, 8), K (2, 5, 3), V (2, 6, 5)");
  CHECK_THROWS_TEXT(mha(Q, Variable(), Variable()), "[MultiHeadAttention] ");
}
