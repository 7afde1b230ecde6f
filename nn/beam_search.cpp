#include <xgrad/nn/beam_search.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include <xgrad/core/ops/sort.hpp>

namespace xgrad::nn {
namespace {

constexpr double nothing_yet = -std::numeric_limits<double>::infinity();

/// The search of one prompt.
struct Search {
  std::int64_t beams;                                                   ///< that have not ended
  Generated best{.tokens = {}, .log_probs = {}, .score = nothing_yet};  ///< of those that have

  void offer(Generated ended) {
    if (ended.score > best.score) best = std::move(ended);
  }
};

double sum(const Row& row) { return std::accumulate(row.log_probs.begin(), row.log_probs.end(), 0.0); }

// No score of a row that begins so is higher: the sum of its log probabilities can only fall, and its number
// of tokens lies between one more than now and the most.
double best_possible_score(const Row& row, const Decoding& decoding, double length_penalty) {
  const auto least = static_cast<double>(row.log_probs.size() + 1);
  const auto most = static_cast<double>(decoding.most_new_tokens(row));
  return sum(row) / std::pow(length_penalty > 0 ? most : least, length_penalty);
}

// A row with one more token.
struct Extension {
  std::size_t row;
  std::int64_t token;
  double sum;  // of the log probabilities
};

// The likeliest extensions of the rows from `begin` to `end`, which have one prompt: `count` of them, or all.
std::vector<Extension> likeliest_extensions(const std::vector<Row>& rows, std::size_t begin, std::size_t end,
                                            const Logits& logits, std::int64_t count) {
  const std::int64_t each = std::min(count, logits.values.size(1));
  std::vector<Extension> all;
  for (std::size_t i = begin; i < end; ++i) {
    const auto [values, tokens] = topk(logits.values.select(0, static_cast<std::int64_t>(i)), each);
    const std::vector<double> value = values.to_vector<double>();
    const std::vector<std::int64_t> token = tokens.to_vector<std::int64_t>();
    for (std::size_t j = 0; j < value.size(); ++j) {
      const double log_prob = value[j] - logits.log_sums[i];
      if (log_prob > nothing_yet) all.push_back({i, token[j], sum(rows[i]) + log_prob});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Extension& a, const Extension& b) { return a.sum > b.sum; });
  if (static_cast<std::int64_t>(all.size()) > count) all.resize(static_cast<std::size_t>(count));
  return all;
}

}  // namespace

std::vector<Generated> beam_search(Decoding& decoding, const GenerateOptions& options) {
  std::vector<Search> searches(decoding.rows().size(), Search{.beams = options.num_beams});
  bool cancelled = false;
  while (!decoding.rows().empty() && !cancelled) {
    const std::vector<Row>& rows = decoding.rows();
    const Logits logits = decoding.next();
    std::vector<NewToken> settled;
    std::vector<Row> longer;
    for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
      const std::int64_t prompt = rows[begin].prompt;
      while (end < rows.size() && rows[end].prompt == prompt) ++end;
      Search& search = searches[static_cast<std::size_t>(prompt)];
      std::vector<Row> beams;
      for (const Extension& e : likeliest_extensions(rows, begin, end, logits, search.beams)) {
        Row row = logits.extended(rows[e.row], e.row, e.token);
        if (const auto finish = decoding.finish(row)) {
          search.offer(decoding.result(row, *finish));
          --search.beams;
        } else {
          beams.push_back(std::move(row));
        }
      }
      const bool can_win = std::any_of(beams.begin(), beams.end(), [&](const Row& row) {
        return best_possible_score(row, decoding, options.length_penalty) > search.best.score;
      });
      if (!can_win) {
        beams.clear();
        for (const std::int64_t token : search.best.tokens) settled.push_back({prompt, token});
      }
      std::move(beams.begin(), beams.end(), std::back_inserter(longer));
    }
    cancelled = options.on_step && !options.on_step(settled);
    if (!cancelled) {
      decoding.go_on_with(std::move(longer));
    } else {
      for (const Row& row : longer) {
        searches[static_cast<std::size_t>(row.prompt)].offer(decoding.result(row, Finish::cancelled));
      }
    }
  }
  std::vector<Generated> results;
  for (Search& search : searches) results.push_back(std::move(search.best));
  return results;
}

}  // namespace xgrad::nn
