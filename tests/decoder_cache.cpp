#include <xgrad/nn/decoder_cache.hpp>

#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/gpt.hpp>
#include <xgrad/nn/llama.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

namespace {

const std::vector<std::vector<std::int64_t>> divisions = {
    {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {10}, {6, 1, 1, 2}, {3, 4, 3}, {9, 0, 1}};

GPT small_gpt(bool fused = false, DType dtype = float64) {
  manual_seed(3);
  return GPT({.vocab_size = 11,
              .context = 12,
              .d_model = 8,
              .num_layers = 3,
              .num_heads = 2,
              .fused_attention = fused,
              .dtype = dtype});
}

Llama small_llama(RotaryPairs pairs, bool fused, DType dtype = float64) {
  manual_seed(4);
  return Llama({.vocab_size = 11,
                .context = 12,
                .d_model = 16,
                .num_layers = 2,
                .num_heads = 4,
                .num_kv_heads = 2,
                .rope = {.pairs = pairs},
                .fused_attention = fused,
                .dtype = dtype});
}

// The logits of tokens that come in parts of these lengths.
template <class Model>
Tensor in_parts(const Model& model, const Tensor& tokens, const std::vector<std::int64_t>& lengths,
                DecoderCache cache = DecoderCache()) {
  const NoGradGuard no_grad;
  std::vector<Variable> parts;
  for (const std::int64_t T : lengths) {
    const std::int64_t past = cache.length();
    parts.push_back(model(tokens.slice(1, past, past + T), &cache));
  }
  return cat(parts, 1).value();
}

// Each row of a batch that is padded on the left, in parts, against the row alone.
template <class Model>
void check_padded_rows(const Model& model, double most) {
  const Tensor tokens = randint(0, 11, {4, 10}), padding = tensor({0, 3, 9, 1});
  for (const auto& lengths : divisions) {
    const Tensor logits = in_parts(model, tokens, lengths, DecoderCache({.padding = padding}));
    for (std::int64_t b = 0; b < 4; ++b) {
      const std::int64_t start = padding[b].item<std::int64_t>();
      const Tensor alone = model(tokens.slice(0, b, b + 1).slice(1, start)).value();
      CHECK(max_abs_diff(logits.slice(0, b, b + 1).slice(1, start), alone) < most);
    }
  }
}

}  // namespace

TEST_CASE("GPT step by step on a cache is GPT on all tokens, in steps of any length") {
  const Tensor tokens = randint(0, 11, {3, 10});
  for (const bool fused : {false, true}) {
    const GPT gpt = small_gpt(fused), gpt32 = small_gpt(fused, float32);
    const Tensor whole = gpt(tokens).value(), whole32 = gpt32(tokens).value();
    for (const auto& lengths : divisions) {
      CHECK(max_abs_diff(in_parts(gpt, tokens, lengths), whole) < 1e-14);
      CHECK(max_abs_diff(in_parts(gpt32, tokens, lengths), whole32) < 1e-6);
      CHECK(max_abs_diff(in_parts(gpt, tokens, lengths, DecoderCache({.capacity = 12})), whole) < 1e-14);
    }
  }
}

TEST_CASE("a post-norm block reads its cache too") {
  manual_seed(5);
  const NoGradGuard no_grad;
  const TransformerBlock block(8, 2, {.norm = NormOrder::post, .dtype = float64});
  const Tensor x = randn({2, 4, 8}, float64);
  KVCache cache;
  block(x.slice(1, 0, 3), Mask::causal(), &cache);
  const Tensor last = block(x.slice(1, 3), Mask::causal(), &cache).value();
  CHECK(max_abs_diff(last, block(x, Mask::causal()).value().slice(1, 3)) < 1e-14);
}

TEST_CASE("Llama step by step on a cache is Llama on all tokens, in both pairings") {
  const Tensor tokens = randint(0, 11, {3, 10});
  for (const RotaryPairs pairs : {RotaryPairs::interleaved, RotaryPairs::halves}) {
    for (const bool fused : {false, true}) {
      const Llama llama = small_llama(pairs, fused), llama32 = small_llama(pairs, fused, float32);
      const Tensor whole = llama(tokens).value(), whole32 = llama32(tokens).value();
      for (const auto& lengths : divisions) {
        CHECK(max_abs_diff(in_parts(llama, tokens, lengths), whole) < 1e-14);
        CHECK(max_abs_diff(in_parts(llama32, tokens, lengths), whole32) < 1e-6);
      }
    }
  }
}

TEST_CASE("a GPT without layers counts its tokens too") {
  manual_seed(3);
  const GPT gpt({.vocab_size = 11, .context = 12, .d_model = 8, .num_layers = 0, .dtype = float64});
  const Tensor tokens = randint(0, 11, {3, 10}), whole = gpt(tokens).value();
  for (const auto& lengths : divisions) CHECK(max_abs_diff(in_parts(gpt, tokens, lengths), whole) < 1e-14);
}

TEST_CASE("a row that is padded on the left gives what it gives alone") {
  for (const bool fused : {false, true}) {
    check_padded_rows(small_gpt(fused), 1e-14);
    check_padded_rows(small_llama(RotaryPairs::interleaved, fused), 1e-14);
    check_padded_rows(small_llama(RotaryPairs::halves, fused), 1e-14);
    check_padded_rows(small_llama(RotaryPairs::halves, fused, float32), 1e-6);
  }
}

TEST_CASE("padding counts as no part of the context") {
  const GPT gpt = small_gpt();
  const NoGradGuard no_grad;
  DecoderCache cache({.padding = tensor({2, 5})});
  gpt(randint(0, 11, {2, 14}), &cache);
  CHECK_THROWS_TEXT(gpt(zeros({2, 1}, int64), &cache), "[GPT] the context of 12 is full");
  DecoderCache unpadded({.padding = tensor({0, 0})});
  CHECK_FALSE(unpadded.padding().defined());
  gpt(randint(0, 11, {2, 12}), &unpadded);
  CHECK_THROWS_TEXT(gpt(zeros({2, 1}, int64), &unpadded), "the cache holds 12 tokens, then come (2, 1)");
}

TEST_CASE("a reordered cache continues other rows") {
  const GPT gpt = small_gpt();
  const NoGradGuard no_grad;
  const Tensor tokens = randint(0, 11, {3, 6}), padding = tensor({2, 0, 1});
  DecoderCache cache({.padding = padding});
  gpt(tokens, &cache);
  const Tensor rows = tensor({1, 0, 0, 2}), next = tensor({{4}, {5}, {6}, {7}});
  cache.reorder(rows);
  const Tensor logits = gpt(next, &cache).value();
  for (std::int64_t b = 0; b < 4; ++b) {
    const std::int64_t row = rows[b].item<std::int64_t>();
    const Tensor start = tokens.slice(0, row, row + 1).slice(1, padding[row].item<std::int64_t>());
    const Tensor alone = gpt(cat({start, next.slice(0, b, b + 1)}, 1)).value();
    CHECK(max_abs_diff(logits.slice(0, b, b + 1), alone.slice(1, -1)) < 1e-14);
  }
}

TEST_CASE("a DecoderCache refuses wrong padding, another batch and another model") {
  const GPT gpt = small_gpt();
  CHECK_THROWS_TEXT(DecoderCache({.padding = tensor({-1})}), "padding must be (B) int64, not negative");
  CHECK_THROWS_TEXT(DecoderCache({.padding = tensor({1.0})}), "but is float32 (1,)");
  CHECK_THROWS_TEXT(DecoderCache({.padding = tensor({{1}})}), "but is int64 (1, 1)");
  CHECK_THROWS_TEXT(DecoderCache({.capacity = -1}), "the capacity must not be negative");
  DecoderCache cache;
  CHECK_THROWS_TEXT(gpt(zeros({1, 2}, int64), &cache), "generate under a NoGradGuard");
  const NoGradGuard no_grad;
  DecoderCache padded({.padding = tensor({1, 0})});
  CHECK_THROWS_TEXT(gpt(zeros({3, 2}, int64), &padded),
                    "tokens (3, 2) for a cache whose padding has shape (2,)");
  gpt(zeros({1, 2}, int64), &cache);
  const GPT other({.vocab_size = 11, .context = 12, .num_layers = 1});
  CHECK_THROWS_TEXT(other(zeros({1, 1}, int64), &cache), "the cache of a model of 3 layers, not 1");
  const GPT narrow({.vocab_size = 11, .context = 12, .d_model = 4, .num_layers = 3, .num_heads = 2});
  CHECK_THROWS_TEXT(narrow(zeros({1, 1}, int64), &cache), "do not continue");
}

TEST_CASE("a pass that ends in an error leaves the cache as it was, so it can be repeated") {
  const NoGradGuard no_grad;
  GPT gpt = small_gpt();
  const Tensor tokens = randint(0, 11, {1, 6}, int64);
  DecoderCache cache;
  gpt(tokens.slice(1, 0, 2), &cache);
  Linear& project = gpt.blocks[2].feed_forward.project;
  Linear right = std::exchange(project, Linear(7, 8, {.dtype = float64}));
  CHECK_THROWS(gpt(tokens.slice(1, 2), &cache));  // after all layers have appended
  project = std::move(right);
  CHECK(cache.length() == 2);
  CHECK(max_abs_diff(gpt(tokens.slice(1, 2), &cache).value(), gpt(tokens).value().slice(1, 2)) < 1e-12);
}

TEST_CASE("two texts go on from copies of one cache") {
  const NoGradGuard no_grad;
  const GPT gpt = small_gpt();
  const Tensor tokens = arange(5).unsqueeze(0), other = full({1, 1}, 7, int64);
  DecoderCache cache({.capacity = 12});
  gpt(tokens.slice(1, 0, 3), &cache);
  DecoderCache copy = cache;
  gpt(tokens.slice(1, 3, 4), &cache);
  gpt(other, &copy);
  CHECK(max_abs_diff(gpt(tokens.slice(1, 4), &cache).value(), gpt(tokens).value().slice(1, 4)) < 1e-12);
  const DecoderCache moved = std::move(cache);
  CHECK(moved.length() == 5);
  CHECK(cache.length() == 0);
}
