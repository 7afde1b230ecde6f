// nn::generate of GPT and Llama: on the cache, and in eval mode.
#include "support.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include <xgrad/core/autograd/observer.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/generate.hpp>
#include <xgrad/nn/gpt.hpp>
#include <xgrad/nn/llama.hpp>
#include <xgrad/nn/transformer_decoder.hpp>

using namespace xgrad;

namespace {

using Tokens = std::vector<std::int64_t>;

const std::vector<Tokens> prompts{{1, 2, 3}, {4}, {0, 0, 6, 5, 1, 9, 8}, {2, 3}};

/// Weights far larger than at the start of training, so that logits differ clearly.
template <class Model>
void scale_weights(const Model& model) {
  const NoGradGuard no_grad;
  for (const Variable& p : model.parameters()) {
    if (p.dim() == 2) p.value().mul_(12);
  }
}

/// The likeliest tokens by whole forward passes, without a cache, for one prompt at a time.
template <class Model>
nn::Generated without_cache(const Model& model, Tokens tokens, std::int64_t count) {
  const nn::EvalGuard eval(model);
  nn::Generated result;
  for (std::int64_t i = 0; i < count; ++i) {
    const Tensor logits = model(Variable(tensor(tokens).unsqueeze(0))).value().select(1, -1).select(0, 0);
    result.tokens.push_back(argmax(logits).item<std::int64_t>());
    result.log_probs.push_back(log_softmax(logits, -1).value().at(result.tokens.back()));
    tokens.push_back(result.tokens.back());
  }
  return result;
}

template <class Model>
void check_greedy(const Model& model) {
  scale_weights(model);
  const auto together = nn::generate(model, prompts, {.max_new_tokens = 12});
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CAPTURE(i);
    const nn::Generated expected = without_cache(model, prompts[i], 12);
    CHECK(together[i].tokens == expected.tokens);
    CHECK(max_abs_diff(tensor(together[i].log_probs), tensor(expected.log_probs)) < 1e-10);
    const auto alone = nn::generate(model, {prompts[i]}, {.max_new_tokens = 12});
    CHECK(alone[0].tokens == expected.tokens);
  }
  const Tokens& longest = together[2].tokens;
  CHECK(std::adjacent_find(longest.begin(), longest.end(), std::not_equal_to<>()) != longest.end());
}

nn::GPT small_gpt(double dropout = 0) {
  Generator generator(3);
  return nn::GPT({.vocab_size = 11,
                  .context = 20,
                  .d_model = 16,
                  .num_layers = 2,
                  .num_heads = 4,
                  .dropout = dropout,
                  .tied_head = false,
                  .dtype = float64},
                 generator);
}

}  // namespace

TEST_CASE("generate: GPT on the cache gives the tokens of whole forward passes") {
  check_greedy(small_gpt(0.5));
}

TEST_CASE("generate: Llama on the cache gives the tokens of whole forward passes") {
  for (const RotaryPairs pairs : {RotaryPairs::halves, RotaryPairs::interleaved}) {
    Generator generator(3);
    check_greedy(nn::Llama({.vocab_size = 11,
                            .context = 20,
                            .d_model = 16,
                            .num_layers = 2,
                            .num_heads = 4,
                            .num_kv_heads = 2,
                            .dropout = 0.5,
                            .rope = {.pairs = pairs},
                            .dtype = float64},
                           generator));
  }
}

TEST_CASE("generate: each row of GPT goes on until its own context is full") {
  const nn::GPT gpt = small_gpt();
  scale_weights(gpt);
  const auto results = nn::generate(gpt, prompts, {.max_new_tokens = 100});
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto room = static_cast<std::int64_t>(20 - prompts[i].size() + 1);
    CHECK(results[i].tokens == without_cache(gpt, prompts[i], room).tokens);
    CHECK(results[i].finish == nn::Finish::context);
  }
}

TEST_CASE("generate: rows that stop leave the cache of GPT, and beams reorder it") {
  const nn::GPT gpt = small_gpt();
  scale_weights(gpt);
  const std::int64_t stop = without_cache(gpt, prompts[2], 3).tokens.back();
  const nn::GenerateOptions options{.max_new_tokens = 10, .stop_tokens = {stop}};
  const auto results = nn::generate(gpt, prompts, options);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    Tokens expected = without_cache(gpt, prompts[i], 10).tokens;
    const auto at = std::find(expected.begin(), expected.end(), stop);
    if (at != expected.end()) expected.erase(at + 1, expected.end());
    CHECK(results[i].tokens == expected);
  }
  // The score of the beams' result is that of whole forward passes.
  const auto beams = nn::generate(gpt, prompts, {.max_new_tokens = 6, .num_beams = 4});
  const nn::EvalGuard eval(gpt);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    Tokens tokens = prompts[i];
    tokens.insert(tokens.end(), beams[i].tokens.begin(), beams[i].tokens.end());
    const Tensor log_probs = log_softmax(gpt(Variable(tensor(tokens).unsqueeze(0))), -1);
    for (std::size_t t = 0; t < 6; ++t) {
      const auto place = static_cast<std::int64_t>(prompts[i].size() + t - 1);
      CHECK(beams[i].log_probs[t] == doctest::Approx(double(log_probs.at({0, place, beams[i].tokens[t]}))));
    }
  }
}

TEST_CASE("generate: a decoder that reads an encoder's output") {
  Generator generator(4);
  const nn::Embedding token(9, 16, float64, generator), position(12, 16, float64, generator);
  const nn::TransformerDecoder decoder(16, 4, 2, {.dim_feedforward = 32, .dtype = float64}, {}, generator);
  const nn::Linear head(16, 9, {.dtype = float64}, generator);
  const nn::EvalGuard eval(decoder);
  const Tensor memory = randn({3, 5, 16}, float64, generator), all_lengths = tensor({5, 2, 4});
  const auto embed = [&](const Tensor& tokens, std::int64_t first) {
    return token(tokens) + position(arange(first, first + tokens.size(1)));
  };
  const auto log_probs_of = [&](std::int64_t row, const Tokens& tokens) {  // (T, V)
    const Tensor own = memory.slice(0, row, row + 1), length = all_lengths.slice(0, row, row + 1);
    const Variable x = embed(tensor(tokens).unsqueeze(0), 0);
    return Tensor(log_softmax(head(decoder(x, own, nn::Mask::causal(), nn::Mask::padding(length))), -1))
        .select(0, 0);
  };
  for (const std::int64_t beams : {1, 4}) {
    Tensor lengths = all_lengths;
    nn::DecoderCache cache;
    const nn::NextToken next{
        .logits =
            [&](const Tensor& tokens) {
              const Variable x = embed(tokens, cache.length());
              return head(decoder(x, memory, nn::Mask(), nn::Mask::padding(lengths), &cache));
            },
        .reorder =
            [&](const Tensor& rows) {
              cache.reorder(rows);
              lengths = index_select(lengths, 0, rows);
            }};
    const auto results =
        nn::generate(next, {{0}, {0}, {0}}, {.max_new_tokens = 8, .num_beams = beams, .stop_tokens = {1}});
    for (std::size_t i = 0; i < results.size(); ++i) {
      CAPTURE(i);
      Tokens tokens{0};
      const auto row = static_cast<std::int64_t>(i);
      for (std::size_t t = 0; t < results[i].tokens.size(); ++t) {
        const Tensor expected = log_probs_of(row, tokens).select(0, -1);
        if (beams == 1) CHECK(results[i].tokens[t] == argmax(expected).item<std::int64_t>());
        tokens.push_back(results[i].tokens[t]);
        CHECK(results[i].log_probs[t] == doctest::Approx(double(expected.at(tokens.back()))).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("generate: modules are in their earlier modes afterwards") {
  nn::GPT gpt = small_gpt(0.5);
  gpt.blocks[1].eval();
  const auto check_modes = [&] {
    CHECK(gpt.is_training());
    CHECK(gpt.blocks[0].dropout.is_training());
    CHECK_FALSE(gpt.blocks[1].is_training());
    CHECK_FALSE(gpt.blocks[1].dropout.is_training());
    CHECK(grad_enabled());
  };
  nn::GenerateOptions options{.max_new_tokens = 3};
  options.on_step = [&](const std::vector<nn::NewToken>&) {
    CHECK_FALSE(gpt.is_training());
    CHECK_FALSE(gpt.blocks[0].dropout.is_training());
    CHECK_FALSE(grad_enabled());
    return true;
  };
  nn::generate(gpt, {{1}}, options);
  check_modes();
  CHECK_THROWS_TEXT(nn::generate(gpt, {{1, 11}}), "11");  // a token that the vocabulary lacks
  check_modes();
}

namespace {

/// Counts the positions that logits over 10 tokens are made of.
struct CountsLogits : Observer {
  void see_op(const char*, const Variable& result, const Inputs&) override {
    if (result.dim() == 3 && result.size(2) == 10) positions += result.size(0) * result.size(1);
  }
  std::int64_t positions = 0;
};

}  // namespace

TEST_CASE("generate makes logits of the last position of a prompt only") {
  const nn::GPT gpt({.vocab_size = 10, .context = 16, .d_model = 8, .num_layers = 1, .num_heads = 2});
  const nn::Llama llama({.vocab_size = 10, .context = 16, .d_model = 8, .num_layers = 1, .num_heads = 2});
  const auto count = std::make_shared<CountsLogits>();
  observe(count);
  nn::generate(gpt, prompts, {.max_new_tokens = 3});
  CHECK(count->positions == 4 * 3);
  nn::generate(llama, prompts, {.max_new_tokens = 3});
  CHECK(count->positions == 2 * 4 * 3);
}
