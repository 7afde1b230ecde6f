#include <xgrad/nn/attention.hpp>

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

namespace {

const Tensor& numbers(const std::string& key) { return golden("attention", key); }

std::vector<std::pair<std::string, Mask>> masks(const std::string& kind) {
  const auto stored = [&](const std::string& name) { return numbers(kind + "/mask/" + name); };
  return {
      {"none", Mask()},
      {"causal", Mask::causal()},
      {"padding", Mask::padding(stored("key_lengths"))},
      {"keep", Mask::keep(stored("keep"))},
      {"blind", Mask::keep(stored("blind"))},
      {"additive", Mask::additive(stored("bias").unsqueeze(0))},
      {"causal & padding", Mask::causal() & Mask::padding(stored("key_lengths"))},
      {"causal & additive", Mask::causal() & Mask::additive(stored("bias").unsqueeze(0))},
  };
}

MultiHeadAttention golden_mha() {
  MultiHeadAttention mha(12, 3, {.dtype = float64});
  NamedTensors state;
  for (const auto& [name, parameter] : mha.named_parameters()) state.emplace_back(name, numbers(name));
  mha.load_state_dict(state);
  return mha;
}

void check_gradients(const std::string& prefix, const NamedParameters& variables) {
  for (const auto& [name, variable] : variables) {
    CAPTURE(name);
    CHECK(max_abs_diff(variable.grad(), numbers(prefix + "/grad/" + name)) < 1e-10);
  }
}

}  // namespace

TEST_CASE("multi-head attention: values, weights and all gradients are PyTorch's, with each mask") {
  for (const std::string kind : {"self", "cross"}) {
    for (const auto& [name, mask] : masks(kind)) {
      const std::string prefix = kind + "/" + name;
      CAPTURE(prefix);
      const MultiHeadAttention mha = golden_mha();
      NamedParameters variables = mha.named_parameters();
      const auto input = [&](const std::string& which) {
        return variables.emplace_back(which, Variable(numbers(kind + "/" + which).clone(), true)).second;
      };
      AttentionOutput attended;
      if (kind == "self") {
        const Variable x = input("x");
        attended = mha.forward_with_weights(x, x, x, mask);
      } else {
        const Variable Q = input("Q"), K = input("K"), V = input("V");
        attended = mha.forward_with_weights(Q, K, V, mask);
      }
      CHECK(max_abs_diff(attended.output.value(), numbers(prefix + "/out")) < 1e-10);
      CHECK(max_abs_diff(attended.weights.value(), numbers(prefix + "/weights")) < 1e-10);
      attended.output.backward(numbers(kind + "/gout"));
      check_gradients(prefix, variables);
    }
  }
}

TEST_CASE("attention_block: values and all gradients are PyTorch's, post- and pre-norm") {
  for (const auto& [order, norm] : {std::pair{"post", NormOrder::post}, std::pair{"pre", NormOrder::pre}}) {
    for (const auto& [name, mask] : {std::pair{"none", Mask()}, std::pair{"causal", Mask::causal()}}) {
      const std::string prefix = std::string("block/") + order + "/" + name;
      CAPTURE(prefix);
      NamedParameters variables;
      for (const char* each : {"x", "w_q", "w_k", "w_v", "w_o"}) {
        variables.emplace_back(each, Variable(numbers(std::string("block/") + each).clone(), true));
      }
      const auto v = [&](std::size_t i) { return variables[i].second; };
      const Variable y = attention_block(v(0), v(1), v(2), v(3), v(4), 3, {.norm = norm, .mask = mask});
      CHECK(max_abs_diff(y.value(), numbers(prefix + "/out")) < 1e-10);
      y.backward(numbers("block/gout"));
      check_gradients(prefix, variables);
    }
  }
}

TEST_CASE("the example's numbers are PyTorch's under the same seed") {
  const auto example = [](const std::string& key) { return golden("attention_example", key); };
  manual_seed(0);
  const MultiHeadAttention mha(32, 4);
  const Variable x(randn({2, 6, 32}), true);
  const Variable Q(randn({1, 3, 32}), true), K(randn({1, 7, 32}), true), V(randn({1, 7, 32}), true);
  CHECK(equal(mha.W_q.weight.value(), example("W_q.weight")));
  CHECK(max_abs_diff(x.value(), example("x")) < 2e-6);
  const Variable out = mha(x, x, x);
  CHECK(max_abs_diff(out.value(), example("out")) < 1e-6);
  CHECK(max_abs_diff(mha(Q, K, V).value(), example("cross")) < 1e-6);
  sum(out).backward();
  CHECK(max_abs_diff(x.grad(), example("grad/x")) < 1e-5);
  for (const auto& [name, parameter] : mha.named_parameters()) {
    CAPTURE(name);
    CHECK(max_abs_diff(parameter.grad(), example("grad/" + name)) < 1e-5);
  }
}

TEST_CASE("a query that sees no key gets weights 0 and gradient 0") {
  const Variable q(randn({1, 1, 2, 4}, float64), true), k(randn({1, 1, 3, 4}, float64), true);
  const Variable v(randn({1, 1, 3, 4}, float64), true);
  const Tensor seen = tensor({{true, true, false}, {false, false, false}});
  const auto [output, weights] = scaled_dot_product_attention(q, k, v, {.mask = Mask::keep(seen)});
  CHECK(equal(weights.value().select(2, 1), zeros({1, 1, 3}, float64)));
  CHECK(equal(output.value().select(2, 1), zeros({1, 1, 4}, float64)));
  output.backward(ones(output.shape(), float64));
  CHECK(equal(q.grad().select(2, 1), zeros({1, 1, 4}, float64)));
  CHECK(equal(k.grad().select(2, 2), zeros({1, 1, 4}, float64)));
}

TEST_CASE("a causal query does not depend on later keys, and works with a cache of earlier keys") {
  manual_seed(1);
  const MultiHeadAttention mha(8, 2, {.dtype = float64});
  const Tensor x = randn({1, 5, 8}, float64);
  const Tensor whole = mha(x, x, x, Mask::causal()).value();
  const Tensor first = x.slice(1, 0, 3), last = x.slice(1, 3);
  CHECK(max_abs_diff(mha(first, first, first, Mask::causal()).value(), whole.slice(1, 0, 3)) < 1e-14);
  CHECK(max_abs_diff(mha(last, x, x, Mask::causal()).value(), whole.slice(1, 3)) < 1e-14);
}

TEST_CASE("attention takes empty queries, keys and batches") {
  for (const Shape& shape : {Shape{3, 8}, Shape{1, 1, 2, 3, 8}}) {
    const Variable x = zeros(shape);
    CHECK_THROWS_TEXT(scaled_dot_product_attention(x, x, x),
                      "[scaled_dot_product_attention] q must be (B, H, T_q, d), k (B, H_k, T_k, d) and v (B, "
                      "H_k, T_k, d_v), "
                      "where H_k divides H, or all of 3 dims: got q " +
                          shape.str());
  }
  const MultiHeadAttention mha(8, 2);
  CHECK(mha(zeros({2, 0, 8}), zeros({2, 3, 8}), zeros({2, 3, 8})).shape() == Shape{2, 0, 8});
  CHECK(mha(zeros({0, 3, 8}), zeros({0, 3, 8}), zeros({0, 3, 8})).shape() == Shape{0, 3, 8});
  // without keys the context is 0, so that the output is W_o's bias
  const Variable out = mha(ones({1, 2, 8}), zeros({1, 0, 8}), zeros({1, 0, 8}));
  CHECK(equal(out.value().select(1, 1).select(0, 0), mha.W_o.bias.value()));
}

TEST_CASE("dropout drops weights in training only") {
  manual_seed(0);
  MultiHeadAttention mha(8, 2, {.dropout = 0.5});
  const Variable x(randn({2, 4, 8}));
  CHECK_FALSE(equal(mha(x, x, x).value(), mha(x, x, x).value()));
  mha.eval();
  CHECK(equal(mha(x, x, x).value(), mha(x, x, x).value()));
}

TEST_CASE("attention names the shapes that do not fit") {
  CHECK_THROWS_TEXT(MultiHeadAttention(30, 4),
                    "[MultiHeadAttention] d_model 30 is not divisible by num_heads 4");
  CHECK_THROWS_TEXT(MultiHeadAttention(8, 0),
                    "[MultiHeadAttention] d_model 8 and num_heads 0 must be positive");
  const MultiHeadAttention mha(8, 2);
  CHECK_THROWS_TEXT(
      mha(zeros({2, 3, 8}), zeros({2, 4, 8}), zeros({2, 5, 8})),
      "[MultiHeadAttention] Q must be (B, T_q, 8), K (B, T_k, 8) and V (B, T_k, 8): got Q (2, 3, 8), K (2, "
      "4, 8), V (2, 5, 8)");
  CHECK_THROWS_TEXT(mha(zeros({3, 8}), zeros({3, 8}), zeros({3, 8})), "got Q (3, 8)");
  const Variable x(zeros({1, 4, 8})), w(zeros({8, 8})), wrong(zeros({8, 4}));
  CHECK_THROWS_TEXT(
      attention_block(x, w, wrong, w, w, 2),
      "[attention_block] each weight must be (d_model, d_model) = (8, 8), not (8, 4); x is (1, 4, 8)");
  CHECK_THROWS_TEXT(attention_block(x, w, w, w, w, 3),
                    "[attention_block] d_model 8 is not divisible by num_heads 3");
  const auto masked = [&](const Mask& mask) { return mha(x, x, x, mask); };
  CHECK_THROWS_TEXT(mha(x, zeros({1, 3, 8}), zeros({1, 3, 8}), Mask::causal()),
                    "[Mask] causal: more queries than keys, T_q 4 and T_k 3");
  CHECK_THROWS_TEXT(masked(Mask::padding(tensor({1, 2}))),
                    "[Mask] padding: key_lengths has shape (2,) for a batch of 1");
  CHECK_THROWS_TEXT(Mask::padding(zeros({1, 4}, boolean)),
                    "not boolean of shape (1, 4); Mask::keep takes which keys are seen, as (B, 1, 1, T_k)");
  CHECK_THROWS_TEXT(masked(Mask::padding(tensor({5}))), "[Mask] padding: key_lengths must lie in [0, 4]");
  for (const auto& mask :
       {std::pair{"padding", &Mask::padding}, {"keep", &Mask::keep}, {"additive", &Mask::additive}}) {
    CHECK_THROWS_TEXT(mask.second(Tensor()),
                      std::string("[Mask] ") + mask.first + ": the Tensor is undefined");
  }
  CHECK_THROWS_TEXT(Mask::padding(tensor({1, 2})) & Mask::padding(tensor({1, 2, 3})),
                    "[Mask] padding & padding: for batches of 2 and of 3");
  CHECK_THROWS_TEXT(Mask::causal().for_scores({4, 4}, float32),
                    "[Mask] the scores must be (B, H, T_q, T_k), not (4, 4)");
  CHECK_THROWS_TEXT(Mask::keep(zeros({4, 4})), "[Mask] keep: must be boolean, not float32; true is seen");
  CHECK_THROWS_TEXT(Mask::additive(zeros({4, 4}, boolean)), "[Mask] additive: must be floating, not boolean");
  CHECK_THROWS_TEXT(
      masked(Mask::keep(zeros({1, 4, 4}, boolean))),
      "[Mask] keep: shape (1, 4, 4) could be per item or per head; reshape it to (B, 1, T_q, T_k)");
  CHECK_THROWS_TEXT(masked(Mask::keep(zeros({3, 4}, boolean))),
                    "[Mask] keep: shape (3, 4) does not broadcast to (B, H, T_q, T_k) = (1, 2, 4, 4)");
}
