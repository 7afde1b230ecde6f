// The attention weights of a model, collected as it runs.
#include <xgrad/training/attention_maps.hpp>

#include <cstdint>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "support.hpp"

using namespace xgrad;

TEST_CASE("attention maps are the weights that each attention's forward gives") {
  manual_seed(0);
  nn::GPT gpt({.vocab_size = 5, .context = 6, .d_model = 8, .num_layers = 2, .num_heads = 2, .dropout = 0.5});
  const Tensor tokens = tensor(std::vector<std::int64_t>{1, 4, 0, 2}).unsqueeze(0);
  const auto maps = training::attention_maps(gpt, [&] { gpt(tokens); });
  CHECK(gpt.is_training());
  REQUIRE(maps.size() == 2);
  CHECK(maps[0].layer == "blocks.0.attention");
  CHECK(maps[1].layer == "blocks.1.attention");

  gpt.eval();
  const Variable x = gpt.token(tokens) + gpt.position.weight.slice(0, 0, 4), h = gpt.blocks[0].norm1(x);
  const Tensor weights =
      gpt.blocks[0].attention.forward_with_weights(h, h, h, nn::Mask::causal()).weights.value();
  CHECK(equal(maps[0].weights, weights));
  CHECK(max_abs_diff(sum(maps[1].weights, -1).value(), ones({1, 2, 4})) < 1e-6);
  CHECK(maps[1].weights.select(1, 1).select(1, 0).select(1, 3).item<float>() == 0);

  nn::GPT fused({.vocab_size = 5, .context = 6, .d_model = 8, .num_heads = 2, .fused_attention = true});
  CHECK_THROWS_TEXT(
      training::attention_maps(fused, [&] { fused(tokens); }),
      "[attention_maps] attention ran as one node, which has no weights; set its option `fused` to false");
}
