#include <algorithm>
#include <limits>

#include "judge.hpp"

using Tokens = std::vector<std::int64_t>;
using NextLogProbs = std::function<std::vector<double>(const Tokens&)>;

#include STUDENT

std::string text_of(const Tokens& tokens) {
  std::string text = "(";
  for (const std::int64_t token : tokens) text += (text.size() > 1 ? ", " : "") + std::to_string(token);
  return text + ")";
}

template <class... Parts>
void compare(const Tokens& yours, const Tokens& ours, const Parts&... what) {
  Judge::must(yours == ours, what..., " must be ", text_of(ours), ", yours is ", text_of(yours));
}

std::vector<double> logs(std::vector<double> probabilities) {
  for (double& p : probabilities) p = std::log(p);
  return probabilities;
}

// Tokens: 0 is the end, 1 is A, 2 is B.
std::vector<double> by_hand(const Tokens& tokens) {
  if (tokens.empty()) return logs({0, 0.6, 0.4});
  if (tokens[0] == 1) return logs({0.34, 0.33, 0.33});
  return logs({0.9, 0.05, 0.05});
}

// Row i of a random table is about the token that follows i; row 0 is also about the first one.
struct Table {
  Tensor log_probs;
  explicit Table(std::int64_t size) : log_probs(log_softmax(2 * randn({size, size}, float64), -1)) {}
  std::vector<double> operator()(const Tokens& tokens) const {
    return log_probs.select(0, tokens.empty() ? 0 : tokens.back()).to_vector<double>();
  }
  Tokens library(std::int64_t num_beams, std::int64_t most_tokens, std::int64_t end, double penalty) const {
    const nn::NextToken next{.logits =
                                 [&](const Tensor& tokens) {
                                   return Variable(log_probs[tokens.reshape({-1})].reshape(
                                       {tokens.size(0), tokens.size(1), log_probs.size(0)}));
                                 },
                             .reorder = [](const Tensor&) {}};
    nn::GenerateOptions options;
    options.max_new_tokens = most_tokens;
    options.num_beams = num_beams;
    options.length_penalty = penalty;
    options.stop_tokens = {end};
    return nn::generate(next, {{0}}, options)[0].tokens;
  }
};

void checks(Judge& judge) {
  judge.that("by hand", [] { compare(my_beam_search(by_hand, 2, 2, 0, 0), {2, 0}, "the text"); });
  judge.that("one beam is greedy", [] {
    compare(my_beam_search(by_hand, 1, 2, 0, 0), {1, 0}, "the text by hand with one beam");
    const Table table(6);
    compare(my_beam_search(table, 1, 8, 5, 1), table.library(1, 8, 5, 1), "of a random table, the text");
  });
  judge.that("length", [] {
    // 0 ends. At once: 0.4. Through 1: 0.6 * 0.8 * 0.8 = 0.384, whose logarithm is 3 times -0.319.
    const auto next = [](const Tokens& tokens) {
      if (tokens.empty()) return logs({0.4, 0.6});
      return tokens.size() == 1 ? logs({0.2, 0.8}) : logs({0.8, 0.2});
    };
    compare(my_beam_search(next, 2, 3, 0, 0), {0}, "0.4 against 0.384, penalty 0: the text");
    compare(my_beam_search(next, 2, 3, 0, 1), {1, 1, 0},
            "log 0.4 / 1 against log 0.384 / 3, penalty 1: the text");
  });
  judge.that("after the first that finished", [] {
    // The end has 0.5 at once. Each other way begins with less, and has the better score.
    const auto next = [](const Tokens& tokens) {
      if (tokens.empty()) return logs({0.5, 0.3, 0.2});
      return logs({0.98, 0.01, 0.01});
    };
    compare(my_beam_search(next, 2, 5, 0, 1), {1, 0}, "log 0.5 against log(0.3 * 0.98) / 2: the text");
  });
  judge.that("of equal scores, the first", [] {
    // −2 at once, or −1 and −1.
    const auto next = [](const Tokens& tokens) {
      return tokens.empty() ? std::vector<double>{-2, -1} : std::vector<double>{-1, -3};
    };
    compare(my_beam_search(next, 2, 5, 0, 0), {0}, "two texts of the score -2: the text");
  });
  judge.that("beams compete", [] {
    // 1 has two good ways to go on, 2 has none: both places belong to 1, 1 and 1, 2.
    const auto next = [](const Tokens& tokens) {
      if (tokens.empty()) return logs({0, 0.7, 0.3});
      if (tokens == Tokens{1}) return logs({0, 0.55, 0.45});
      if (tokens == Tokens{2}) return logs({0, 0.5, 0.5});
      return tokens == Tokens{1, 2} ? logs({1, 0, 0}) : logs({0.3, 0.35, 0.35});
    };
    compare(my_beam_search(next, 2, 3, 0, 0), {1, 2, 0}, "0.7 * 0.45 * 1 is the likeliest; the text");
  });
  judge.that("forbidden tokens", [] {
    const auto one_way = [](const Tokens& tokens) { return tokens.size() < 2 ? logs({0, 1}) : logs({1, 0}); };
    compare(my_beam_search(one_way, 4, 9, 0, 1), {1, 1, 0},
            "4 beams, but one way that is not forbidden: the text");
    const auto no_way = [](const Tokens&) { return logs({0, 0}); };
    compare(my_beam_search(no_way, 2, 3, 0, 1), {}, "all is forbidden: the text");
  });
  judge.that("at most most_tokens", [] {
    const auto never = [](const Tokens&) { return logs({0, 0.4, 0.6}); };
    compare(my_beam_search(never, 3, 4, 0, 1), {2, 2, 2, 2}, "no end, most_tokens 4: the text");
  });
  judge.that("random tables", [] {
    for (int i = 0; i < 20; ++i) {
      const Table table(7);
      for (const std::int64_t num_beams : {2, 3, 5}) {
        for (const double penalty : {0.0, 1.0, 2.0}) {
          compare(my_beam_search(table, num_beams, 6, 6, penalty), table.library(num_beams, 6, 6, penalty),
                  num_beams, " beams, penalty ", penalty, ", table ", i, ": the text");
        }
      }
    }
  });
  const Table table(500);
  judge.speed(
      "5 beams, 10 tokens of 500", [&] { my_beam_search(table, 5, 10, 0, 1); },
      [&] { table.library(5, 10, 0, 1); });
}
