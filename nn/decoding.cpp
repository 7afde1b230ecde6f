#include <xgrad/nn/decoding.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/sampling.hpp>

namespace xgrad::nn {
namespace {

std::int64_t length(const std::vector<std::int64_t>& tokens) {
  return static_cast<std::int64_t>(tokens.size());
}

void check_prompt(const std::vector<std::int64_t>& prompt, std::size_t i, std::int64_t context) {
  if (prompt.empty()) {
    fail("generate", "prompt ", i, " is empty; begin it with a token, such as one for the start of a text");
  }
  if (length(prompt) > context) {
    fail("generate", "prompt ", i, " has ", prompt.size(), " tokens, more than the model's context of ",
         context, "; pass the last ones");
  }
}

}  // namespace

Row Logits::extended(const Row& row, std::size_t at, std::int64_t token) const {
  Row longer = row;
  longer.parent = static_cast<std::int64_t>(at);
  longer.tokens.push_back(token);
  longer.log_probs.push_back(values.at({longer.parent, token}) - log_sums[at]);
  return longer;
}

Decoding::Decoding(const NextToken& model, const std::vector<std::vector<std::int64_t>>& prompts,
                   const GenerateOptions& options)
    : model_(model), options_(options) {
  if (!model.logits) fail("generate", "NextToken::logits is empty; it must be a function");
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    check_prompt(prompts[i], i, model.context);
    rows_.push_back({.prompt = static_cast<std::int64_t>(i), .tokens = prompts[i], .log_probs = {}});
  }
  if (!rows_.empty()) unread_ = prompts_as_tensor();
}

// Padding on the left: the last token of each prompt is the last of its row.
Tensor Decoding::prompts_as_tensor() {
  std::int64_t longest = 0;
  for (const Row& row : rows_) longest = std::max(longest, length(row.tokens));
  std::vector<std::int64_t> padding;
  const Tensor tokens = zeros({static_cast<std::int64_t>(rows_.size()), longest}, int64);
  for (const Row& row : rows_) {
    padding.push_back(longest - length(row.tokens));
    tokens.select(0, row.prompt).slice(0, padding.back()).copy_(tensor(row.tokens));
  }
  const auto padded = std::find_if(padding.begin(), padding.end(), [](std::int64_t n) { return n > 0; });
  if (padded == padding.end()) return tokens;
  if (!model_.pad) {
    fail("generate", "the prompts have up to ", longest, " tokens, prompt ", padded - padding.begin(),
         " has ", longest - *padded, "; a model without NextToken::pad takes prompts of one length");
  }
  model_.pad(tensor(padding));
  return tokens;
}

Logits Decoding::next() {
  ++step_;
  const Variable output = model_.logits(unread_);  // (rows, T, V)
  check(output.value());
  Tensor values = output.value().select(1, -1);  // (rows, V)
  if (options_.repetition_penalty != 1) {
    std::vector<std::vector<std::int64_t>> seen;
    for (const Row& row : rows_) seen.push_back(row.tokens);
    values = penalize_repetition(values, seen, options_.repetition_penalty);
  }
  const auto [largest, likeliest] = max(values, -1);
  const std::vector<double> most = largest.to_vector<double>();
  for (std::size_t i = 0; i < most.size(); ++i) {
    if (std::isfinite(most[i])) continue;
    fail_state("generate", "in step ", step_, ", the largest logit of prompt ", rows_[i].prompt, " is ",
               most[i], "; an AnomalyGuard finds the op that made it");
  }
  // Σ exp(x − max x) lies between 1 and V, so that its logarithm is exact whatever the size of the logits.
  std::vector<double> log_sums = logsumexp(values - largest.unsqueeze(-1), -1).to_vector<double>();
  for (std::size_t i = 0; i < most.size(); ++i) log_sums[i] += most[i];
  return {values, likeliest.to_vector<std::int64_t>(), std::move(log_sums)};
}

void Decoding::check(const Tensor& logits) const {
  const auto rows = static_cast<std::int64_t>(rows_.size());
  if (logits.dim() != 3 || logits.size(0) != rows || logits.size(1) == 0 || logits.size(2) == 0) {
    fail("generate", "logits must be (B, T, V) for tokens ", unread_.shape(), ", not ", logits.shape());
  }
  check_floating("generate", logits);
  for (const std::int64_t token : options_.stop_tokens) {
    if (token >= 0 && token < logits.size(2)) continue;
    fail("generate", "stop token ", token, " is none of the ", logits.size(2), " tokens");
  }
}

void Decoding::go_on_with(std::vector<Row> rows) {
  std::vector<std::int64_t> parents, last;
  for (const Row& row : rows) {
    parents.push_back(row.parent);
    last.push_back(row.tokens.back());
  }
  std::vector<std::int64_t> as_before(rows_.size());
  std::iota(as_before.begin(), as_before.end(), 0);
  if (!rows.empty() && parents != as_before) {
    if (!model_.reorder) fail("generate", "NextToken::reorder is empty, but the rows change their order");
    model_.reorder(tensor(parents));
  }
  rows_ = std::move(rows);
  unread_ = tensor(last).unsqueeze(1);  // (rows, 1)
}

std::optional<Finish> Decoding::finish(const Row& row) const {
  const auto& stops = options_.stop_tokens;
  if (!row.log_probs.empty() && std::find(stops.begin(), stops.end(), row.tokens.back()) != stops.end()) {
    return Finish::stop_token;
  }
  if (static_cast<std::int64_t>(row.log_probs.size()) == options_.max_new_tokens) return Finish::length;
  if (length(row.tokens) > model_.context) return Finish::context;
  return {};
}

// The model reads all tokens of a row but the last.
std::int64_t Decoding::most_new_tokens(const Row& row) const {
  const std::int64_t prompt = length(row.tokens) - static_cast<std::int64_t>(row.log_probs.size());
  const std::int64_t after_prompt = model_.context - prompt;
  return after_prompt < options_.max_new_tokens ? after_prompt + 1 : options_.max_new_tokens;
}

Generated Decoding::result(const Row& row, Finish finish) const {
  Generated generated{
      .tokens = {row.tokens.end() - static_cast<std::ptrdiff_t>(row.log_probs.size()), row.tokens.end()},
      .log_probs = row.log_probs,
      .finish = finish};
  if (!row.log_probs.empty()) {
    generated.score = std::accumulate(row.log_probs.begin(), row.log_probs.end(), 0.0) /
                      std::pow(static_cast<double>(row.log_probs.size()), options_.length_penalty);
  }
  return generated;
}

}  // namespace xgrad::nn
