// What nn::generate refuses: options, prompts, and logits that are wrong.
#include "support.hpp"

#include <cmath>

#include "remembering_model.hpp"

using namespace xgrad;

TEST_CASE("generate: logits without a largest number are an error that names the step") {
  for (const double bad : {double{NAN}, double{INFINITY}}) {
    RememberingModel model{[&](const Tokens& tokens) {
      return tokens.size() == 4 && tokens[0] == 2 ? std::vector<double>{0, bad, 1}
                                                  : std::vector<double>{0, 1, 2};
    }};
    for (const nn::GenerateOptions& options : {nn::GenerateOptions{}, {.temperature = 1}, {.num_beams = 2}}) {
      CHECK_THROWS_TEXT(nn::generate(model.next_token(), {{1, 1}, {2, 2}}, options),
                        "[generate] in step 3, the largest logit of prompt 1 is " +
                            std::string(std::isnan(bad) ? "nan" : "inf"));
    }
  }
  RememberingModel nowhere{[](const Tokens&) { return std::vector<double>(3, -INFINITY); }};
  CHECK_THROWS_TEXT(nn::generate(nowhere.next_token(), {{1}}),
                    "[generate] in step 1, the largest logit of prompt 0 is -inf");
}

TEST_CASE("generate: errors") {
  RememberingModel model{irregular_logits(7), /*context=*/4};
  const auto with = [&](const nn::GenerateOptions& options) {
    return nn::generate(model.next_token(), {{1}}, options);
  };
  CHECK_THROWS_TEXT(nn::generate(model.next_token(), {{1}, {}}),
                    "[generate] prompt 1 is empty; begin it with a token");
  CHECK_THROWS_TEXT(nn::generate(model.next_token(), {{1, 2, 3, 4, 5}}),
                    "[generate] prompt 0 has 5 tokens, more than the model's context of 4");
  nn::NextToken no_padding = model.next_token();
  no_padding.pad = nullptr;
  CHECK_THROWS_TEXT(
      nn::generate(no_padding, {{1, 2}, {1}}),
      "[generate] the prompts have up to 2 tokens, prompt 1 has 1; a model without NextToken::pad");
  CHECK(nn::generate(no_padding, {{1, 2}, {3, 1}}, {.max_new_tokens = 1}).size() == 2);
  CHECK_THROWS_TEXT(with({.max_new_tokens = -1}), "[generate] max_new_tokens must not be negative, got -1");
  CHECK_THROWS_TEXT(with({.temperature = -0.5}), "[generate] temperature must be finite and not negative");
  CHECK_THROWS_TEXT(with({.temperature = NAN}), "[generate] temperature must be finite and not negative");
  CHECK_THROWS_TEXT(with({.temperature = 1, .top_k = -1}), "[generate] top_k must not be negative, got -1");
  CHECK_THROWS_TEXT(with({.temperature = 1, .top_p = 2}), "[generate] top_p must lie in [0, 1], got 2");
  CHECK_THROWS_TEXT(with({.temperature = 1, .min_p = NAN}), "[generate] min_p must lie in [0, 1], got nan");
  CHECK_THROWS_TEXT(with({.temperature = 1, .min_p = -NAN}), "[generate] min_p must lie in [0, 1], got nan");
  CHECK_THROWS_TEXT(with({.repetition_penalty = 0}), "[generate] repetition_penalty must be positive");
  CHECK_THROWS_TEXT(with({.num_beams = 0}), "[generate] num_beams must be at least 1, got 0");
  CHECK_THROWS_TEXT(with({.length_penalty = INFINITY}), "[generate] length_penalty must be finite, got inf");
  CHECK_THROWS_TEXT(with({.temperature = 1, .num_beams = 2}),
                    "[generate] a beam search draws no tokens: num_beams 2 needs temperature 0, not 1");
  for (const nn::GenerateOptions& options :
       {nn::GenerateOptions{.top_k = 5}, {.top_p = 0.9}, {.min_p = 0.1}}) {
    CHECK_THROWS_TEXT(with(options),
                      "[generate] top_k, top_p and min_p are for draws, and temperature 0 draws none");
  }
  CHECK_THROWS_TEXT(nn::generate(nn::NextToken{}, {{1}}), "[generate] NextToken::logits is empty");
  nn::NextToken no_order = model.next_token();
  no_order.reorder = nullptr;
  CHECK_THROWS_TEXT(nn::generate(no_order, {{1}}, {.num_beams = 2}),
                    "[generate] NextToken::reorder is empty, but the rows change their order");
  for (const std::int64_t stop : {-1, 7}) {
    CHECK_THROWS_TEXT(with({.stop_tokens = {stop}}),
                      "[generate] stop token " + std::to_string(stop) + " is none of the 7 tokens");
  }
  for (const Shape& shape : {Shape{1, 7}, Shape{2, 1, 7}, Shape{1, 0, 7}, Shape{1, 1, 0}}) {
    const nn::NextToken wrong{.logits = [&](const Tensor&) { return Variable(zeros(shape)); }, .reorder = {}};
    CHECK_THROWS_TEXT(nn::generate(wrong, {{1}}),
                      "[generate] logits must be (B, T, V) for tokens (1, 1), not ");
  }
}
