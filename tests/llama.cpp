#include <xgrad/nn/llama.hpp>

#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

namespace {

const Tensor& numbers(const std::string& key) { return golden("llama", key); }

Llama golden_llama(bool tied, const RoPEOptions& rope, bool fused, DType dtype) {
  Llama llama({.vocab_size = 11,
               .context = 7,
               .d_model = 16,
               .num_layers = 2,
               .num_heads = 4,
               .num_kv_heads = 2,
               .d_hidden = 12,
               .tied_head = tied,
               .rope = rope,
               .fused_attention = fused,
               .dtype = dtype});
  NamedTensors state;
  for (const auto& [name, parameter] : llama.named_parameters()) state.emplace_back(name, numbers(name));
  llama.load_state_dict(state);
  return llama;
}

void check_golden(const std::string& name, bool tied, const RoPEOptions& rope) {
  for (const bool fused : {false, true}) {
    for (const DType dtype : {float64, float32}) {
      CAPTURE(fused);
      CAPTURE(dtype);
      const double most = dtype == float64 ? 1e-11 : 1e-5;
      const Llama llama = golden_llama(tied, rope, fused, dtype);
      const Variable logits = llama(numbers("tokens"));
      CHECK(max_abs_diff(logits.value().to(float64), numbers(name + "/logits")) < most);
      cross_entropy(logits.reshape({-1, 11}), numbers("targets").reshape({-1})).backward();
      for (const auto& [key, parameter] : llama.named_parameters()) {
        CAPTURE(key);
        CHECK(max_abs_diff(parameter.grad().to(float64), numbers(name + "/grad/" + key)) < most);
      }
    }
  }
}

}  // namespace

TEST_CASE("Llama: logits and all gradients are those of its papers' formulas") {
  check_golden("untied, halves", false, {.pairs = RotaryPairs::halves});
  check_golden("tied, interleaved, 2 dims", true, {.base = 500, .dims = 2});
}

TEST_CASE("Llama: names, widths and initial weights") {
  manual_seed(0);
  const Llama llama({.vocab_size = 100, .context = 8, .d_model = 64, .num_layers = 4, .num_kv_heads = 2});
  std::string names;
  for (const auto& [name, parameter] : llama.named_parameters()) {
    if (name.find("blocks.0") == 0 || name.find("blocks") != 0)
      names += name + " " + parameter.shape().str() + "\n";
  }
  CHECK(names ==
        "token.weight (100, 64)\n"
        "blocks.0.norm1.weight (64,)\n"
        "blocks.0.attention.W_q.weight (64, 64)\n"
        "blocks.0.attention.W_k.weight (32, 64)\n"
        "blocks.0.attention.W_v.weight (32, 64)\n"
        "blocks.0.attention.W_o.weight (64, 64)\n"
        "blocks.0.norm2.weight (64,)\n"
        "blocks.0.feed_forward.W_gate.weight (176, 64)\n"
        "blocks.0.feed_forward.W_up.weight (176, 64)\n"
        "blocks.0.feed_forward.W_down.weight (64, 176)\n"
        "norm.weight (64,)\n"
        "head.weight (100, 64)\n");
  const auto deviation = [](const Linear& linear) {
    return xgrad::std(linear.weight.value()).item<double>();
  };
  const LlamaBlock& block = llama.blocks[3];
  CHECK(std::abs(deviation(llama.head) - 0.02) < 0.001);
  CHECK(std::abs(deviation(block.attention.W_q) - 0.02) < 0.001);
  CHECK(std::abs(deviation(block.feed_forward.W_up) - 0.02) < 0.001);
  CHECK(std::abs(deviation(block.attention.W_o) - 0.02 / std::sqrt(8.0)) < 0.0004);
  CHECK(std::abs(deviation(block.feed_forward.W_down) - 0.02 / std::sqrt(8.0)) < 0.0004);
  CHECK(Llama({.vocab_size = 3, .context = 2, .d_model = 16, .tied_head = true}).num_parameters() ==
        3 * 16 + 16 + 2 * (4 * 16 * 16 + 2 * 16 + 3 * 16 * 48));
}

TEST_CASE("Llama refuses options and tokens that do not fit") {
  CHECK_THROWS_TEXT(Llama({.vocab_size = 0, .context = 4}),
                    "[Llama] vocab_size 0 and context 4 must be positive");
  CHECK_THROWS_TEXT(Llama({.vocab_size = 5, .context = 4, .num_layers = -1}), "num_layers -1 not negative");
  CHECK_THROWS_TEXT(Llama({.vocab_size = 5, .context = 4, .d_hidden = -1}), "d_hidden must not be negative");
  CHECK_THROWS_TEXT(Llama({.vocab_size = 5, .context = 4, .num_kv_heads = 3}),
                    "num_kv_heads 3 does not divide num_heads 4");
  CHECK_THROWS_TEXT(Llama({.vocab_size = 5, .context = 4, .d_model = 12, .num_heads = 4}),
                    "[RoPE] dims must be even");
  const Llama llama({.vocab_size = 5, .context = 4});
  CHECK_THROWS_TEXT(llama(zeros({2, 5}, int64)),
                    "[Llama] tokens must be (B, T) with T ≤ context 4, not (2, 5)");
  CHECK_THROWS_TEXT(llama(zeros({3}, int64)), "not (3,)");
  CHECK(llama(zeros({2, 0}, int64)).shape() == Shape{2, 0, 5});
  CHECK(llama(zeros({0, 3}, int64)).shape() == Shape{0, 3, 5});
}
