// nn::generate on one beam, with a model whose logits are a known function of all tokens before.
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/nn/sampling.hpp>

#include "remembering_model.hpp"

using namespace xgrad;

namespace {

using Function = std::function<std::vector<double>(const Tokens&)>;

Tokens greedy(const Function& logits_of, Tokens tokens, std::int64_t count) {
  Tokens added;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::vector<double> logits = logits_of(tokens);
    added.push_back(std::max_element(logits.begin(), logits.end()) - logits.begin());
    tokens.push_back(added.back());
  }
  return added;
}

const std::vector<Tokens> prompts{{1, 2, 3}, {4}, {0, 0, 6, 5, 1}, {2, 3}};

std::vector<Tokens> tokens_of(const std::vector<nn::Generated>& results) {
  std::vector<Tokens> tokens;
  for (const nn::Generated& result : results) tokens.push_back(result.tokens);
  return tokens;
}

}  // namespace

TEST_CASE("generate: greedy takes the likeliest token each time, for prompts of any lengths") {
  RememberingModel model{irregular_logits(7)};
  const auto results = nn::generate(model.next_token(), prompts, {.max_new_tokens = 12});
  REQUIRE(results.size() == prompts.size());
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CAPTURE(i);
    CHECK(results[i].tokens == greedy(model.logits_of, prompts[i], 12));
    CHECK(results[i].finish == nn::Finish::length);
    Tokens seen = prompts[i];
    double sum = 0;
    for (std::size_t t = 0; t < 12; ++t) {
      const double expected = log_share(model.logits_of(seen), results[i].tokens[t]);
      CHECK(results[i].log_probs[t] == doctest::Approx(expected).epsilon(1e-12));
      seen.push_back(results[i].tokens[t]);
      sum += expected;
    }
    CHECK(results[i].score == doctest::Approx(sum / 12).epsilon(1e-12));
  }
  CHECK_FALSE(model.recorded);
  CHECK(grad_enabled());
}

TEST_CASE("generate: a row ends with a stop token, and the others go on without it") {
  RememberingModel model{irregular_logits(7)};
  const Tokens whole = greedy(model.logits_of, prompts[0], 12);
  const std::int64_t stop = whole[4];
  const auto results =
      nn::generate(model.next_token(), prompts, {.max_new_tokens = 12, .stop_tokens = {stop}});
  std::int64_t read = 4 * 5;  // four rows of the longest prompt
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CAPTURE(i);
    Tokens expected = greedy(model.logits_of, prompts[i], 12);
    const auto at = std::find(expected.begin(), expected.end(), stop);
    const bool stops = at != expected.end();
    if (stops) expected.erase(at + 1, expected.end());
    CHECK(results[i].tokens == expected);
    CHECK(results[i].finish == (stops ? nn::Finish::stop_token : nn::Finish::length));
    read += static_cast<std::int64_t>(expected.size()) - 1;  // the last token is not read
  }
  CHECK(model.tokens_read == read);
}

TEST_CASE("generate: a row ends when the model's context is full") {
  RememberingModel model{irregular_logits(7), /*context=*/5};
  const auto results = nn::generate(model.next_token(), prompts, {.max_new_tokens = 4});
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CAPTURE(i);
    const auto room = static_cast<std::int64_t>(5 - prompts[i].size() + 1);
    CHECK(results[i].tokens == greedy(model.logits_of, prompts[i], std::min<std::int64_t>(room, 4)));
    CHECK(results[i].finish == (room < 4 ? nn::Finish::context : nn::Finish::length));
  }
}

TEST_CASE("generate: no tokens or no prompts") {
  RememberingModel model{irregular_logits(7)};
  for (const std::int64_t beams : {1, 3}) {
    CHECK(nn::generate(model.next_token(), {}, {.num_beams = beams}).empty());
    const auto none = nn::generate(model.next_token(), {{1}, {2}}, {.max_new_tokens = 0, .num_beams = beams});
    REQUIRE(none.size() == 2);
    CHECK(none[1].tokens.empty());
    CHECK(none[1].score == 0);
    CHECK(none[1].finish == nn::Finish::length);
    const auto one = nn::generate(model.next_token(), {{1}}, {.max_new_tokens = 1, .num_beams = beams});
    CHECK(one[0].tokens == greedy(model.logits_of, {1}, 1));
  }
  CHECK(model.tokens_read == 2);
}

TEST_CASE("generate: tokens are drawn as often as the filtered distribution says") {
  const std::vector<double> logits{2.0, 1.5, -0.5, 1.0, 0.0, 2.2, -3.0, 0.7};
  RememberingModel model{[&](const Tokens&) { return logits; }};
  constexpr double temperature = 1.3;
  // Probabilities: 0.246 0.168 0.036 0.114 0.053 0.287 0.005 0.091
  struct Case {
    nn::GenerateOptions options;
    std::vector<std::size_t> kept;
  };
  for (const Case& c :
       std::vector<Case>{{{}, {0, 1, 2, 3, 4, 5, 6, 7}},
                         {{.top_k = 3}, {0, 1, 5}},
                         {{.top_p = 0.6}, {0, 1, 5}},
                         {{.min_p = 0.3}, {0, 1, 3, 5, 7}},
                         {{.top_k = 2, .top_p = 0.5}, {5}},  // 0.54 of the two that top-k leaves
                         {{.top_k = 5, .top_p = 0.85, .min_p = 0.45}, {0, 1, 5}}}) {
    nn::GenerateOptions options = c.options;
    options.max_new_tokens = 4000;
    options.temperature = temperature;
    Generator generator(5);
    const auto results = nn::generate(model.next_token(), {{0}}, options, generator);
    std::vector<double> counts(logits.size());
    for (const std::int64_t token : results[0].tokens) ++counts[static_cast<std::size_t>(token)];
    double kept_share = 0, chi_square = 0, kept_count = 0;
    for (const std::size_t i : c.kept) kept_share += std::exp(logits[i] / temperature);
    for (const std::size_t i : c.kept) {
      const double expected = 4000 * std::exp(logits[i] / temperature) / kept_share;
      chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
      kept_count += counts[i];
    }
    CHECK(kept_count == 4000);  // and so no other token
    CHECK(chi_square < 24.3);   // the 99.9 % quantile for 7 degrees of freedom
  }
}

TEST_CASE("generate: the lowest temperatures draw the likeliest token") {
  RememberingModel model{irregular_logits(7)};
  for (const double temperature : {1e-9, 1e-300, 5e-324}) {
    const auto results =
        nn::generate(model.next_token(), prompts, {.max_new_tokens = 12, .temperature = temperature});
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      CHECK(results[i].tokens == greedy(model.logits_of, prompts[i], 12));
    }
  }
}

TEST_CASE("generate: log probabilities keep their digits if all logits are large") {
  const Tensor logits = tensor({3000.0, 3002.5, 2999.0, 2981.5}, float32);
  const Tensor exact = log_softmax(logits.to(float64), -1).value();
  const nn::NextToken model{.logits = [&](const Tensor& tokens) -> Variable {
                              return logits.expand({tokens.size(0), 1, 4});
                            },
                            .reorder = [](const Tensor&) {}};
  for (const std::int64_t beams : {1, 2}) {
    for (const nn::Generated& result : nn::generate(model, {{0}, {1}}, {.num_beams = beams})) {
      for (std::size_t i = 0; i < result.tokens.size(); ++i)
        CHECK(std::abs(result.log_probs[i] - double(exact.at({result.tokens[i]}))) < 1e-7);
    }
  }
}

TEST_CASE("generate: the seed decides the tokens, however the prompts are split among calls") {
  RememberingModel model{irregular_logits(7)};
  const nn::GenerateOptions options{.max_new_tokens = 20, .temperature = 1, .stop_tokens = {3}};
  Generator a(7), b(7), c(8);
  const auto together = nn::generate(model.next_token(), prompts, options, a);
  auto split = nn::generate(model.next_token(), {prompts[0]}, options, b);
  const auto rest = nn::generate(model.next_token(), {prompts[1], prompts[2], prompts[3]}, options, b);
  split.insert(split.end(), rest.begin(), rest.end());
  CHECK(tokens_of(together) == tokens_of(split));
  CHECK(tokens_of(together) != tokens_of(nn::generate(model.next_token(), prompts, options, c)));
  const auto same_prompt = nn::generate(model.next_token(), {{1}, {1}}, options, a);
  CHECK(same_prompt[0].tokens != same_prompt[1].tokens);
}

TEST_CASE("generate: the repetition penalty counts the prompt and the new tokens") {
  RememberingModel model{[](const Tokens&) { return std::vector<double>{4, 3, 2.5, -1}; }};
  // Seen tokens have logits of 2, 1.5, 1.25 and −2.
  const auto results =
      nn::generate(model.next_token(), {{3, 0}, {2}}, {.max_new_tokens = 4, .repetition_penalty = 2});
  CHECK(results[0].tokens == Tokens{1, 2, 0, 0});
  CHECK(results[1].tokens == Tokens{0, 1, 0, 0});
  CHECK(results[0].log_probs[0] == doctest::Approx(log_share({2, 3, 2.5, -2}, 1)).epsilon(1e-12));
}

TEST_CASE("generate: on_step sees each token once, and can end generation") {
  RememberingModel model{irregular_logits(7)};
  nn::GenerateOptions options{.max_new_tokens = 12};
  const auto whole = nn::generate(model.next_token(), prompts, options);
  std::vector<Tokens> streamed(prompts.size());
  int steps = 0;
  options.on_step = [&](const std::vector<nn::NewToken>& tokens) {
    for (const auto& [prompt, token] : tokens) streamed[static_cast<std::size_t>(prompt)].push_back(token);
    return ++steps < 5;
  };
  const auto results = nn::generate(model.next_token(), prompts, options);
  CHECK(steps == 5);
  CHECK(streamed == tokens_of(results));
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CHECK(results[i].tokens == Tokens(whole[i].tokens.begin(), whole[i].tokens.begin() + 5));
    CHECK(results[i].log_probs.size() == 5);
    CHECK(results[i].finish == nn::Finish::cancelled);
  }
  options.on_step = [](const std::vector<nn::NewToken>&) -> bool { throw std::runtime_error("enough"); };
  CHECK_THROWS_TEXT(nn::generate(model.next_token(), prompts, options), "enough");
  CHECK(grad_enabled());
}
