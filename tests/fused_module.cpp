// MultiHeadAttention with the fused op, and the cases where it runs three ops instead.
#include "support.hpp"

#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/gpt.hpp>

using namespace xgrad;

TEST_CASE(
    "the fused module computes what the plain one does, and runs three ops where the weights are needed") {
  const nn::Mask every[] = {nn::Mask(), nn::Mask::causal(), nn::Mask::padding(tensor({3, 0})),
                            nn::Mask::causal() & nn::Mask::padding(tensor({2, 5})),
                            nn::Mask::causal() & nn::Mask::additive(ones({5, 5}))};
  manual_seed(0);
  const nn::MultiHeadAttention fused(12, 3, {.fused = true, .dtype = float64}),
      plain(12, 3, {.dtype = float64});
  plain.load_state_dict(fused.state_dict());
  const Variable x(randn({2, 5, 12}, float64), true);
  for (const nn::Mask& mask : every) {
    const Variable y = fused(x, x, x, mask), expected = plain(x, x, x, mask);
    CHECK(trace(y).count("fused_attention") == 1);
    CHECK(trace(y).count("softmax") == 0);
    CHECK(max_abs_diff(y.value(), expected.value()) < 1e-12);
    CHECK(max_abs_diff(grad({sum(y * y)}, {x})[0].value(), grad({sum(expected * expected)}, {x})[0].value()) <
          1e-11);
  }
  CHECK_THROWS_TEXT(fused(x, x.slice(1, 0, 3), x.slice(1, 0, 3), nn::Mask::causal()),
                    "[Mask] causal: more queries than keys, T_q 5 and T_k 3");
  CHECK(trace(fused.forward_with_weights(x, x, x).output).count("fused_attention") == 0);
}

TEST_CASE(
    "the mode of the dropout decides whether weights are dropped, not the mode of the module around it") {
  nn::MultiHeadAttention mha(12, 3, {.dropout = 0.5, .fused = true});
  const Variable x(randn({2, 5, 12}), true);
  for (const bool training : {true, false}) {
    for (const bool dropping : {true, false}) {
      CAPTURE(training);
      CAPTURE(dropping);
      mha.train(training);
      mha.dropout.train(dropping);
      const Variable once = mha(x, x, x), again = mha(x, x, x);
      CHECK(equal(once.value(), again.value()) == !dropping);
      CHECK(trace(once).count("fused_attention") == 1);
    }
  }
}

TEST_CASE("GPT passes fused_attention on to its blocks") {
  for (const bool fused : {false, true}) {
    const nn::GPT gpt({.vocab_size = 5,
                       .context = 4,
                       .d_model = 8,
                       .num_layers = 3,
                       .num_heads = 2,
                       .fused_attention = fused});
    CHECK(trace(gpt(zeros({1, 4}, int64))).count("fused_attention") == (fused ? 3 : 0));
  }
}
