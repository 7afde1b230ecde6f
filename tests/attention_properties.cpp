#include <cmath>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/attention.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

// What holds of attention whatever its weights are, for each kind of module.

namespace {

template <class Check>
void for_each_module(const Check& check) {
  manual_seed(0);
  for (const bool fused : {false, true}) {
    check(MultiHeadAttention(12, 4, {.fused = fused, .dtype = float64}));
    check(MultiHeadAttention(12, 4, {.num_kv_heads = 2, .softcap = 0.8, .fused = fused, .dtype = float64}));
  }
}

template <class Check>
void for_each_module_with_rope(const Check& check) {
  for_each_module(check);
  for (const RotaryPairs pairs : {RotaryPairs::interleaved, RotaryPairs::halves}) {
    check(MultiHeadAttention(
        16, 4, {.num_kv_heads = 1, .rope = RoPEOptions{.pairs = pairs}, .fused = true, .dtype = float64}));
  }
}

}  // namespace

TEST_CASE("padding does not change the rows that have none, nor their gradients") {
  for_each_module([](const MultiHeadAttention& mha) {
    const Variable x(randn({1, 4, 12}, float64), true);
    const Variable padded(cat({x.detach(), randn({1, 3, 12}, float64)}, 1).value(), true);
    const Variable y = mha(x, x, x);
    const Variable y_padded = mha(padded, padded, padded, Mask::padding(tensor({4}))).slice(1, 0, 4);
    CHECK(max_abs_diff(y_padded.value(), y.value()) < 1e-14);
    const Tensor gout = randn({1, 4, 12}, float64);
    y.backward(gout);
    std::vector<Tensor> gradients;
    for (const Variable& parameter : mha.parameters()) gradients.push_back(parameter.grad().clone());
    mha.zero_grad();
    y_padded.backward(gout);
    CHECK(max_abs_diff(padded.grad().slice(1, 0, 4), x.grad()) < 1e-13);
    CHECK(equal(padded.grad().slice(1, 4), zeros({1, 3, 12}, float64)));
    for (std::size_t i = 0; i < gradients.size(); ++i)
      CHECK(max_abs_diff(mha.parameters()[i].grad(), gradients[i]) < 1e-13);
  });
}

TEST_CASE("a causal query gives later positions a gradient of exactly 0") {
  for_each_module_with_rope([](const MultiHeadAttention& mha) {
    const std::int64_t T = 6, D = mha.d_model;
    for (const std::int64_t t : {0, 3}) {
      const Variable x(randn({2, T, D}, float64), true);
      sum(mha(x, x, x, Mask::causal()).select(1, t)).backward();
      CHECK(equal(x.grad().slice(1, t + 1), zeros({2, T - t - 1, D}, float64)));
      CHECK(max_abs(x.grad().select(1, t)) > 1e-3);
      if (t > 0) CHECK(max_abs(x.grad().select(1, 0)) > 1e-6);
    }
  });
}

TEST_CASE("a query of a window gives positions outside it a gradient of exactly 0") {
  for_each_module_with_rope([](const MultiHeadAttention& mha) {
    const std::int64_t D = mha.d_model;
    const Variable x(randn({1, 7, D}, float64), true);
    sum(mha(x, x, x, Mask::window(2, 0)).select(1, 4)).backward();
    CHECK(equal(x.grad().slice(1, 0, 2), zeros({1, 2, D}, float64)));
    CHECK(equal(x.grad().slice(1, 5), zeros({1, 2, D}, float64)));
    for (const std::int64_t j : {2, 3}) CHECK(max_abs(x.grad().select(1, j)) > 1e-6);
  });
}

TEST_CASE("without positions, permuting keys and values together changes nothing") {
  for_each_module([](const MultiHeadAttention& mha) {
    const Tensor Q = randn({2, 3, 12}, float64), K = randn({2, 40, 12}, float64),
                 V = randn({2, 40, 12}, float64), order = randperm(40);
    const auto permuted = [&](const Tensor& x) { return index_select(x, 1, order).value(); };
    CHECK(max_abs_diff(mha(Q, permuted(K), permuted(V)).value(), mha(Q, K, V).value()) < 1e-14);
    CHECK(max_abs_diff(mha(Q, permuted(K), V).value(), mha(Q, K, V).value()) > 1e-3);
  });
}

TEST_CASE("rotary positions that all move together change nothing") {
  manual_seed(1);
  for (const RotaryPairs pairs : {RotaryPairs::interleaved, RotaryPairs::halves}) {
    const MultiHeadAttention mha(16, 2, {.rope = RoPEOptions{.pairs = pairs}, .dtype = float64});
    const Tensor x = randn({1, 5, 16}, float64), before = randn({1, 30, 16}, float64);
    const Tensor later = cat({before, x}, 1);
    const Tensor seen = ones({1, 1, 1, 35}, boolean);
    seen.slice(3, 0, 30).fill_(false);
    const Mask mask = Mask::causal() & Mask::keep(seen);
    CHECK(max_abs_diff(mha(later, later, later, mask).value().slice(1, 30),
                       mha(x, x, x, Mask::causal()).value()) < 1e-13);
  }
}

TEST_CASE("heads are independent: a head reads and moves its own rows of the projections only") {
  for_each_module([](const MultiHeadAttention& mha) {
    const std::int64_t d = 3, heads_kv = mha.num_kv_heads, shared = 4 / heads_kv;
    const Variable x(randn({2, 5, 12}, float64));
    // The output of head h alone: the columns of W_o that belong to the others become 0.
    for (std::int64_t h = 0; h < 4; ++h) {
      mha.zero_grad();
      const Tensor weight = mha.W_o.weight.value().clone();
      mha.W_o.weight.set_value(zeros({12, 12}, float64));
      mha.W_o.weight.value().slice(1, h * d, h * d + d).copy_(weight.slice(1, h * d, h * d + d));
      sum(mha(x, x, x, Mask::causal())).backward();
      for (const auto& [linear, own] :
           {std::pair{&mha.W_q, h}, {&mha.W_k, h / shared}, {&mha.W_v, h / shared}}) {
        const Tensor gradient = linear->weight.grad();
        const Tensor of_others = gradient.clone();
        of_others.slice(0, own * d, own * d + d).zero_();
        CHECK(max_abs(of_others) == 0);
        CHECK(max_abs(gradient) > 1e-4);
      }
      mha.W_o.weight.set_value(weight);
    }
  });
}
