#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/attention.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

namespace {

using Cases = std::vector<std::pair<std::string, MultiHeadAttentionOptions>>;

Cases every_option() {
  return {
      {"plain", {.dtype = float64}},
      {"one key head", {.num_kv_heads = 1, .dtype = float64}},
      {"grouped", {.num_kv_heads = 2, .dtype = float64}},
      {"softcap", {.softcap = 0.5, .dtype = float64}},
      {"interleaved", {.rope = RoPEOptions{}, .dtype = float64}},
      {"halves", {.rope = RoPEOptions{.pairs = RotaryPairs::halves}, .dtype = float64}},
      {"all",
       {.num_kv_heads = 2, .scale = 2, .softcap = 0.5, .rope = RoPEOptions{.dims = 2}, .dtype = float64}},
      {"float32", {.num_kv_heads = 2, .rope = RoPEOptions{}, .dtype = float32}},
  };
}

// Self-attention of rows that come in parts of these lengths.
Tensor in_parts(const MultiHeadAttention& mha, const Tensor& x, const std::vector<std::int64_t>& lengths,
                const Mask& mask) {
  const NoGradGuard no_grad;
  KVCache cache;
  std::vector<Variable> parts;
  for (const std::int64_t T : lengths) {
    const Tensor part = x.slice(1, cache.length(), cache.length() + T);
    parts.push_back(mha(part, part, part, mask, &cache));
  }
  return cat(parts, 1).value();
}

}  // namespace

TEST_CASE("attention step by step on a cache is attention to all keys, with every option and mask") {
  manual_seed(0);
  const Tensor x = randn({2, 9, 16}, float64);
  for (auto& [name, options] : every_option()) {
    for (const bool fused : {false, true}) {
      MultiHeadAttentionOptions with_fused = options;
      with_fused.fused = fused;
      const MultiHeadAttention mha(16, 4, with_fused);
      const double most = options.dtype == float64 ? 1e-14 : 1e-6;
      const Tensor input = x.to(options.dtype);
      for (const Mask& mask : {Mask::causal(), Mask::window(2, 0), Mask::window(0, 0)}) {
        const Tensor whole = mha(input, input, input, mask).value();
        const std::vector<std::vector<std::int64_t>> divisions = {
            {1, 1, 1, 1, 1, 1, 1, 1, 1}, {9}, {4, 1, 1, 3}, {5, 0, 4}};
        for (const auto& lengths : divisions) {
          CAPTURE(name);
          CAPTURE(fused);
          CHECK(max_abs_diff(in_parts(mha, input, lengths, mask), whole) < most);
        }
      }
    }
  }
}

TEST_CASE("the keys of an encoder's output are projected once") {
  manual_seed(1);
  const NoGradGuard no_grad;
  for (const bool fused : {false, true}) {
    const MultiHeadAttention mha(8, 2, {.kdim = 6, .vdim = 6, .fused = fused, .dtype = float64});
    const Tensor memory = randn({2, 5, 6}, float64), Q = randn({2, 4, 8}, float64);
    const Mask mask = Mask::padding(tensor({5, 3}));
    const Tensor whole = mha(Q, memory, memory, mask).value();
    KVCache cache;
    Variable kv = memory;
    for (std::int64_t t = 0; t < 4; ++t) {
      const Tensor y = mha(Q.slice(1, t, t + 1), kv, kv, mask, &cache).value();
      CHECK(max_abs_diff(y, whole.slice(1, t, t + 1)) < 1e-14);
      CHECK(cache.length() == 5);
      kv = Variable();
    }
    const Tensor rows = tensor({1, 1, 0});
    cache.reorder(rows);
    const Tensor reordered = mha(index_select(Q, 0, rows), kv, kv, Mask::padding(tensor({3, 3, 5})), &cache);
    CHECK(max_abs_diff(reordered, index_select(whole, 0, rows)) < 1e-14);
  }
}

TEST_CASE("an encoder's output of no keys is remembered too") {
  const NoGradGuard no_grad;
  const MultiHeadAttention mha(8, 2);
  KVCache cache;
  const Variable memory = zeros({2, 0, 8}), none;
  const Variable first = mha(ones({2, 1, 8}), memory, memory, Mask(), &cache);
  CHECK(equal(mha(ones({2, 1, 8}), none, none, Mask(), &cache), first));
}

TEST_CASE("keys that are hidden when they come may hold NaN, also behind a cache") {
  manual_seed(2);
  const NoGradGuard no_grad;
  const MultiHeadAttention mha(8, 2, {.dtype = float64});
  const Tensor x = randn({1, 6, 8}, float64), broken = x.clone();
  broken.slice(1, 3, 4).fill_(std::numeric_limits<double>::quiet_NaN());
  const Tensor seen = tensor({true, true, true, false, true, true});
  const auto last = [&](const Tensor& rows) {
    KVCache cache;
    Variable y;
    for (const auto& [begin, end] : {std::pair{0, 2}, {2, 5}, {5, 6}}) {
      const Tensor kv = rows.slice(1, begin, end), q = x.slice(1, begin, end);
      y = mha(q, kv, kv, Mask::causal() & Mask::keep(seen.slice(0, 0, end).unsqueeze(0)), &cache);
    }
    return y.value();
  };
  CHECK(equal(last(broken), last(x)));
}

TEST_CASE("weights of a step count all keys of the cache") {
  manual_seed(3);
  const NoGradGuard no_grad;
  const MultiHeadAttention mha(8, 2, {.dtype = float64});
  const Tensor x = randn({1, 4, 8}, float64);
  KVCache cache;
  mha(x.slice(1, 0, 3), x.slice(1, 0, 3), x.slice(1, 0, 3), Mask::causal(), &cache);
  const Tensor next = x.slice(1, 3);
  const auto [output, weights] = mha.forward_with_weights(next, next, next, Mask::causal(), &cache);
  const Tensor whole = mha.forward_with_weights(x, x, x, Mask::causal()).weights.value();
  CHECK(max_abs_diff(weights.value(), whole.slice(2, 3)) < 1e-14);
}

TEST_CASE("attention on a cache refuses gradients, another batch and keys that never came") {
  const MultiHeadAttention mha(8, 2);
  const Tensor x = ones({1, 2, 8});
  KVCache cache;
  CHECK_THROWS_TEXT(mha(x, x, x, Mask(), &cache), "[KVCache] append: the keys require a gradient");
  CHECK(cache.length() == 0);
  const NoGradGuard no_grad;
  CHECK_THROWS_TEXT(mha(x, Variable(), Variable(), Mask(), &cache), "nothing has been appended");
  mha(x, x, x, Mask(), &cache);
  CHECK_THROWS_TEXT(mha(x, Variable(), x, Mask(), &cache), "[MultiHeadAttention] ");
  CHECK_THROWS_TEXT(mha(ones({2, 1, 8}), ones({2, 1, 8}), ones({2, 1, 8}), Mask(), &cache),
                    "do not continue");
  CHECK(cache.length() == 2);
}
