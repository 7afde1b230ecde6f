// A TransformerDecoder on a cache, step by step.

#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/transformer_decoder.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

constexpr std::int64_t B = 3, T = 6, S = 5, D = 8;

nn::TransformerDecoder make_decoder(bool norm_first, bool fused) {
  nn::TransformerDecoder decoder(D, 2, 2,
                                 {.dim_feedforward = 12,
                                  .activation = nn::Activation::gelu,
                                  .norm_first = norm_first,
                                  .fused_attention = fused},
                                 nn::LayerNorm(D));
  for (const Variable& p : decoder.parameters()) xgrad::uniform_(p.value(), -0.5, 0.5);
  decoder.eval();
  return decoder;
}

}  // namespace

TEST_CASE("a decoder on a cache gives what it gives for the whole sequence") {
  const NoGradGuard no_grad;
  manual_seed(0);
  const Tensor tgt = randn({B, T, D}), memory = randn({B, S, D});
  const nn::Mask memory_mask = nn::Mask::padding(tensor({5, 2, 3}));
  for (const bool norm_first : {false, true}) {
    for (const bool fused : {false, true}) {
      const nn::TransformerDecoder decoder = make_decoder(norm_first, fused);
      const Tensor expected = decoder(tgt, memory, nn::Mask::causal(), memory_mask).value();
      for (const std::vector<std::int64_t>& parts :
           {std::vector<std::int64_t>{1, 1, 1, 1, 1, 1}, {3, 1, 2}, {6}}) {
        nn::DecoderCache cache;
        std::int64_t begin = 0;
        for (const std::int64_t part : parts) {
          const Variable given = begin == 0 ? Variable(memory) : Variable();  // later steps do not read it
          const Variable out =
              decoder(tgt.slice(1, begin, begin + part), given, nn::Mask(), memory_mask, &cache);
          CHECK(max_abs_diff(out.value(), expected.slice(1, begin, begin + part)) < 1e-6);
          begin += part;
          CHECK(cache.length() == begin);
        }
      }
    }
  }
}

TEST_CASE("a decoder's cache is reordered with the beams, those of memory too") {
  const NoGradGuard no_grad;
  manual_seed(1);
  const nn::TransformerDecoder decoder = make_decoder(true, false);
  const Tensor tgt = randn({2, 3, D}), memory = randn({2, S, D}), next = randn({4, 1, D});
  const Tensor rows = tensor({1, 0, 1, 1});
  nn::DecoderCache cache;
  decoder(tgt, memory, nn::Mask(), nn::Mask(), &cache);
  cache.reorder(rows);
  const Tensor out = decoder(next, Variable(), nn::Mask(), nn::Mask(), &cache).value();
  const Variable whole = cat({index_select(tgt, 0, rows), next}, 1);
  const Variable expected = decoder(whole, index_select(memory, 0, rows), nn::Mask::causal());
  CHECK(max_abs_diff(out, expected.value().slice(1, 3)) < 1e-6);
}

TEST_CASE("a decoder's row with padding on the left is the row alone") {
  const NoGradGuard no_grad;
  manual_seed(2);
  const nn::TransformerDecoder decoder = make_decoder(false, false);
  const Tensor tgt = randn({2, 4, D}), memory = randn({2, S, D});
  tgt.select(0, 1).slice(0, 0, 2).fill_(NAN);  // no position of the row
  nn::DecoderCache cache({.padding = tensor({0, 2})});
  const Tensor first = decoder(tgt.slice(1, 0, 3), memory, nn::Mask(), nn::Mask(), &cache).value();
  const Tensor last = decoder(tgt.slice(1, 3), memory, nn::Mask(), nn::Mask(), &cache).value();
  for (const std::int64_t row : {0, 1}) {
    const std::int64_t padding = 2 * row;
    const Tensor alone = decoder(tgt.slice(0, row, row + 1).slice(1, padding), memory.slice(0, row, row + 1),
                                 nn::Mask::causal())
                             .value();
    CHECK(max_abs_diff(first.slice(0, row, row + 1).slice(1, 2), alone.slice(1, 2 - padding, 3 - padding)) <
          1e-6);
    CHECK(max_abs_diff(last.slice(0, row, row + 1), alone.slice(1, 3 - padding)) < 1e-6);
  }
}

TEST_CASE("a decoder on a cache without memory, and without layers") {
  const NoGradGuard no_grad;
  const nn::TransformerDecoder decoder = make_decoder(false, false);
  const Tensor tgt = randn({1, 2, D}), nothing_to_see = zeros({1, 0, D});
  nn::DecoderCache cache;
  const Tensor expected = decoder(tgt, nothing_to_see, nn::Mask::causal()).value();
  for (const std::int64_t t : {0, 1}) {
    const Variable out = decoder(tgt.slice(1, t, t + 1), nothing_to_see, nn::Mask(), nn::Mask(), &cache);
    CHECK(max_abs_diff(out.value(), expected.slice(1, t, t + 1)) < 1e-6);
  }
  const nn::TransformerDecoder empty(D, 2, 0);
  nn::DecoderCache unused;
  CHECK(equal(empty(tgt, tgt, nn::Mask(), nn::Mask(), &unused).value(), tgt));
}

TEST_CASE("a decoder on a cache: errors") {
  const nn::TransformerDecoder decoder = make_decoder(false, false);
  const Tensor tgt = randn({2, 1, D}), memory = randn({2, S, D});
  nn::DecoderCache cache;
  CHECK_THROWS_TEXT(decoder(tgt, memory, nn::Mask(), nn::Mask(), &cache), "generate under a NoGradGuard");
  const NoGradGuard no_grad;
  nn::DecoderCache fresh;
  CHECK_THROWS_TEXT(decoder(zeros({2, D}), memory, nn::Mask(), nn::Mask(), &fresh),
                    "[TransformerDecoder] tgt must be (B, T, d_model), not (2, 8)");
  decoder(tgt, memory, nn::Mask(), nn::Mask(), &fresh);
  CHECK_THROWS_TEXT(
      decoder(tgt, zeros({2, 4, D}), nn::Mask(), nn::Mask(), &fresh),
      "[TransformerDecoderLayer] memory (2, 4, 8) is not the one in the cache, whose length is 5; "
      "another memory needs another cache (in layers.0)");
  CHECK_THROWS_TEXT(decoder(zeros({1, 1, D}), memory, nn::Mask(), nn::Mask(), &fresh), "do not continue");
  const nn::TransformerDecoder larger(D, 2, 3);
  CHECK_THROWS_TEXT(larger(tgt, memory, nn::Mask(), nn::Mask(), &fresh),
                    "[DecoderCache] this is the cache of a model of 2 layers, not 3");
}

TEST_CASE("a decoder forgets a memory that was wrong") {
  const NoGradGuard no_grad;
  const nn::TransformerDecoder decoder = make_decoder(false, false);
  const Tensor tgt = randn({2, 1, D}), memory = randn({2, S, D});
  const nn::Mask too_long = nn::Mask::padding(tensor({S, S + 1}));
  nn::DecoderCache cache;
  CHECK_THROWS(decoder(tgt, zeros({2, S, D}), nn::Mask(), too_long, &cache));
  const Variable out = decoder(tgt, memory, nn::Mask(), nn::Mask(), &cache);
  CHECK(cache.length() == 1);
  CHECK(max_abs_diff(out.value(), decoder(tgt, memory).value()) < 1e-6);
}
