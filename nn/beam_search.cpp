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
    if (best.tokens.empty() || ended.score > best.score) best = std::move(ended);
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

// The likeliest extensions of each row: num_beams of them, or all.
std::vector<Extension> likeliest_of_each(const std::vector<Row>& rows, const Logits& logits,
                                         std::int64_t num_beams) {
  const auto [values, tokens] = topk(logits.values, std::min(num_beams, logits.values.size(1)));
  const std::vector<double> value = values.to_vector<double>();
  const std::vector<std::int64_t> token = tokens.to_vector<std::int64_t>();
  const std::size_t each = value.size() / rows.size();
  std::vector<Extension> extensions;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const double log_prob = value[i] - logits.log_sums[i / each];
    if (log_prob > nothing_yet) extensions.push_back({i / each, token[i], sum(rows[i / each]) + log_prob});
  }
  return extensions;
}

// The likeliest of the extensions, `count` of them, or all.
std::vector<Extension> likeliest(std::vector<Extension> extensions, std::int64_t count) {
  std::stable_sort(extensions.begin(), extensions.end(),
                   [](const Extension& a, const Extension& b) { return a.sum > b.sum; });
  extensions.resize(std::min(extensions.size(), static_cast<std::size_t>(count)));
  return extensions;
}

}  // namespace

std::vector<Generated> beam_search(Decoding& decoding, const GenerateOptions& options) {
  std::vector<Search> searches(decoding.rows().size(), Search{.beams = options.num_beams});
  bool cancelled = false;
  while (!decoding.rows().empty() && !cancelled) {
    const std::vector<Row>& rows = decoding.rows();
    const Logits logits = decoding.next();
    const std::vector<Extension> all = likeliest_of_each(rows, logits, options.num_beams);
    std::vector<NewToken> settled;
    std::vector<Row> longer;
    for (auto begin = all.begin(), end = begin; begin != all.end(); begin = end) {
      const std::int64_t prompt = rows[begin->row].prompt;
      end = std::find_if(begin, all.end(), [&](const Extension& e) { return rows[e.row].prompt != prompt; });
      Search& search = searches[static_cast<std::size_t>(prompt)];
      std::vector<Row> beams;
      for (const Extension& e : likeliest({begin, end}, search.beams)) {
        Row row = logits.extended(rows[e.row], e.row, e.token);
        if (const auto finish = decoding.finish(row)) {
          search.offer(decoding.result(row, *finish));
          --search.beams;
        } else {
          beams.push_back(std::move(row));
        }
      }
      const bool can_win = std::any_of(beams.begin(), beams.end(), [&](const Row& row) {
        return search.best.tokens.empty() ||
               best_possible_score(row, decoding, options.length_penalty) > search.best.score;
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
