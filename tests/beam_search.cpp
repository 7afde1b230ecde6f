// nn::generate with several beams, against a search of all sequences and against golden/make_beam_search.py.
#include "support.hpp"

#include <algorithm>
#include <cmath>

#include <xgrad/nn/beam_search.hpp>

#include "remembering_model.hpp"

using namespace xgrad;

namespace {

struct Best {
  Tokens tokens;
  double score = -INFINITY;
};

// Tries every continuation of `tokens`, of which `added` are new.
void try_all(const RememberingModel& model, const nn::GenerateOptions& options, const Tokens& tokens,
             const Tokens& added, double sum, Best& best) {
  const bool stopped = !added.empty() && std::find(options.stop_tokens.begin(), options.stop_tokens.end(),
                                                   added.back()) != options.stop_tokens.end();
  const auto n = static_cast<std::int64_t>(added.size());
  if (stopped || n == options.max_new_tokens || static_cast<std::int64_t>(tokens.size()) > model.context) {
    const double score = sum / std::pow(static_cast<double>(n), options.length_penalty);
    if (score > best.score) best = {added, score};
    return;
  }
  const std::vector<double> logits = model.logits_of(tokens);
  for (std::size_t v = 0; v < logits.size(); ++v) {
    const auto token = static_cast<std::int64_t>(v);
    Tokens longer = tokens, more = added;
    longer.push_back(token);
    more.push_back(token);
    try_all(model, options, longer, more, sum + log_share(logits, token), best);
  }
}

Best best_of_all(const RememberingModel& model, const nn::GenerateOptions& options, const Tokens& prompt) {
  Best best;
  try_all(model, options, prompt, {}, 0, best);
  return best;
}

const std::vector<Tokens> prompts{{1, 2, 3}, {0}, {2, 2}};

// After A, B and C are equally likely; after B, almost surely A.
std::vector<double> misleading_logits(const Tokens& tokens) {
  const auto log_of = [](double a, double b, double c) {
    return std::vector<double>{std::log(a), std::log(b), std::log(c)};
  };
  if (tokens.size() == 1) return log_of(0.5, 0.4, 0.1);
  return tokens.back() == 1 ? log_of(0.9, 0.05, 0.05) : log_of(0.34, 0.33, 0.33);
}

}  // namespace

TEST_CASE("beam search: with enough beams it finds the best of all sequences") {
  RememberingModel model{irregular_logits(4)};
  for (const std::int64_t context : {4, 100}) {
    model.context = context;
    for (const double length_penalty : {0.0, 0.6, 1.0, 2.0, -1.0}) {
      for (const Tokens& stops : {Tokens{}, {3}, {0, 2}}) {
        const nn::GenerateOptions options{
            .max_new_tokens = 4, .num_beams = 256, .length_penalty = length_penalty, .stop_tokens = stops};
        const auto results = nn::generate(model.next_token(), prompts, options);
        for (std::size_t i = 0; i < prompts.size(); ++i) {
          CAPTURE(i);
          const Best best = best_of_all(model, options, prompts[i]);
          CHECK(results[i].tokens == best.tokens);
          CHECK(results[i].score == doctest::Approx(best.score).epsilon(1e-12));
        }
      }
    }
  }
}

TEST_CASE("beam search: few beams find what plain loops find") {
  const Tensor table = golden("beam_search", "table");
  RememberingModel model{[&](const Tokens& tokens) {
    return table.select(0, tokens.end()[-2]).select(0, tokens.back()).to_vector<double>();
  }};
  for (const std::int64_t beams : {2, 3, 5}) {
    for (const auto& [penalty, name] :
         {std::pair{-1.0, "-1.0"}, {0.0, "0.0"}, {0.6, "0.6"}, {1.0, "1.0"}, {2.0, "2.0"}}) {
      for (const Tokens& stops : {Tokens{}, {5}, {0, 3}}) {
        const auto results = nn::generate(
            model.next_token(), {{1, 2}, {0, 0}, {4, 3}},
            {.max_new_tokens = 7, .num_beams = beams, .length_penalty = penalty, .stop_tokens = stops});
        for (const std::size_t i : {0u, 1u, 2u}) {
          const std::string key = std::to_string(beams) + "/" + name + "/" + std::to_string(stops.size()) +
                                  (i == 0   ? "/1"
                                   : i == 1 ? "/0"
                                            : "/4");
          CAPTURE(key);
          CHECK(results[i].tokens == golden_values<std::int64_t>("beam_search", key + "/tokens"));
          CHECK(results[i].score ==
                doctest::Approx(golden("beam_search", key + "/score").item<double>()).epsilon(1e-12));
        }
      }
    }
  }
}

TEST_CASE("beam search: two beams find what greedy misses") {
  RememberingModel model{misleading_logits};
  CHECK(nn::generate(model.next_token(), {{2}}, {.max_new_tokens = 2})[0].tokens == Tokens{0, 0});
  const auto best = nn::generate(model.next_token(), {{2}}, {.max_new_tokens = 2, .num_beams = 2})[0];
  CHECK(best.tokens == Tokens{1, 0});
  REQUIRE(best.log_probs.size() == 2);
  CHECK(best.log_probs[0] == doctest::Approx(std::log(0.4)));
  CHECK(best.log_probs[1] == doctest::Approx(std::log(0.9)));
  CHECK(best.score == doctest::Approx(std::log(0.36) / 2));
  CHECK(best.finish == nn::Finish::length);
}

TEST_CASE("beam search: one beam is greedy") {
  RememberingModel model{irregular_logits(6)};
  for (const Tokens& stops : {Tokens{}, {3}, {0, 2}}) {
    const nn::GenerateOptions options{.max_new_tokens = 9, .stop_tokens = stops};
    const auto greedy = nn::generate(model.next_token(), prompts, options);
    const nn::NextToken next = model.next_token();
    nn::Decoding decoding(next, prompts, options);
    const auto one_beam = nn::beam_search(decoding, options);
    REQUIRE(one_beam.size() == greedy.size());
    for (std::size_t i = 0; i < greedy.size(); ++i) {
      CHECK(one_beam[i].tokens == greedy[i].tokens);
      CHECK(one_beam[i].finish == greedy[i].finish);
      CHECK(one_beam[i].score == doctest::Approx(greedy[i].score));
    }
  }
}

TEST_CASE("beam search: each prompt of a batch gets what it gets alone") {
  RememberingModel model{irregular_logits(5)};
  const nn::GenerateOptions options{
      .max_new_tokens = 8, .repetition_penalty = 1.3, .num_beams = 3, .stop_tokens = {4}};
  const auto together = nn::generate(model.next_token(), prompts, options);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto alone = nn::generate(model.next_token(), {prompts[i]}, options);
    CHECK(together[i].tokens == alone[0].tokens);
    CHECK(together[i].score == doctest::Approx(alone[0].score));
    CHECK(together[i].finish == alone[0].finish);
  }
}

TEST_CASE("beam search: it reads no further once nothing can beat the best that has ended") {
  RememberingModel model{[](const Tokens&) { return std::vector<double>{std::log(0.9), std::log(0.1)}; }};
  const auto results =
      nn::generate(model.next_token(), {{1}},
                   {.max_new_tokens = 50, .num_beams = 2, .length_penalty = 0, .stop_tokens = {0}});
  CHECK(results[0].tokens == Tokens{0});
  CHECK(results[0].finish == nn::Finish::stop_token);
  CHECK(model.tokens_read == 1);
}

TEST_CASE("beam search: it goes on while a longer sequence can win, also where short ones are favoured") {
  RememberingModel model{[](const Tokens& tokens) {
    return tokens.size() == 1 ? std::vector<double>{std::log(0.3), std::log(0.7)}
                              : std::vector<double>{std::log(0.99), std::log(0.01)};
  }};
  const auto results =
      nn::generate(model.next_token(), {{1}},
                   {.max_new_tokens = 50, .num_beams = 2, .length_penalty = -1, .stop_tokens = {0}});
  CHECK(results[0].tokens == Tokens{1, 0});
  CHECK(results[0].score == doctest::Approx(2 * std::log(0.7 * 0.99)));  // {0}: log 0.3
}

TEST_CASE("beam search: a token that is impossible is in no beam") {
  RememberingModel model{[](const Tokens&) { return std::vector<double>{1, -INFINITY, -INFINITY}; }};
  const auto results = nn::generate(model.next_token(), {{1}}, {.max_new_tokens = 3, .num_beams = 3});
  CHECK(results[0].tokens == Tokens{0, 0, 0});
  CHECK(results[0].score == 0);
  CHECK(model.tokens_read == 3);  // of one beam
}

TEST_CASE("beam search: on_step sees a prompt's tokens when its search ends, and can end all") {
  RememberingModel model{irregular_logits(5)};
  nn::GenerateOptions options{.max_new_tokens = 6, .num_beams = 3, .stop_tokens = {4}};
  std::vector<Tokens> streamed(prompts.size());
  options.on_step = [&](const std::vector<nn::NewToken>& tokens) {
    for (const auto& [prompt, token] : tokens) streamed[static_cast<std::size_t>(prompt)].push_back(token);
    return true;
  };
  const auto whole = nn::generate(model.next_token(), prompts, options);
  for (std::size_t i = 0; i < prompts.size(); ++i) CHECK(streamed[i] == whole[i].tokens);

  options.stop_tokens = {};
  int steps = 0;
  options.on_step = [&](const std::vector<nn::NewToken>&) { return ++steps < 3; };
  const auto cut = nn::generate(model.next_token(), prompts, options);
  options.max_new_tokens = 3;
  options.on_step = nullptr;
  const auto expected = nn::generate(model.next_token(), prompts, options);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CHECK(cut[i].tokens == expected[i].tokens);
    CHECK(cut[i].finish == nn::Finish::cancelled);
  }
}

TEST_CASE("beam search: a score of minus infinity is a score") {
  RememberingModel model{misleading_logits};
  const auto best = nn::generate(model.next_token(), {{2}},
                                 {.max_new_tokens = 2, .num_beams = 2, .length_penalty = -2000})[0];
  CHECK(best.score == -INFINITY);
  CHECK(best.tokens.size() == 2);
}
