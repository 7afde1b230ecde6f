#include <xgrad/nn/generate.hpp>

#include <cmath>
#include <deque>
#include <string_view>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/multinomial.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/nn/beam_search.hpp>
#include <xgrad/nn/decoding.hpp>
#include <xgrad/nn/sampling.hpp>

namespace xgrad::nn {
namespace {

void check(const GenerateOptions& o) {
  constexpr std::string_view op = "generate";
  if (o.max_new_tokens < 0) fail(op, "max_new_tokens must not be negative, got ", o.max_new_tokens);
  if (!(o.temperature >= 0 && std::isfinite(o.temperature))) {
    fail(op, "temperature must be finite and not negative, got ", o.temperature);
  }
  if (o.top_k < 0) fail(op, "top_k must not be negative, got ", o.top_k);
  if (!(o.top_p >= 0 && o.top_p <= 1)) fail(op, "top_p must lie in [0, 1], got ", o.top_p);
  if (!(o.min_p >= 0 && o.min_p <= 1)) fail(op, "min_p must lie in [0, 1], got ", o.min_p);
  if (!(o.repetition_penalty > 0 && std::isfinite(o.repetition_penalty))) {
    fail(op, "repetition_penalty must be positive and finite, got ", o.repetition_penalty);
  }
  if (o.num_beams < 1) fail(op, "num_beams must be at least 1, got ", o.num_beams);
  if (!std::isfinite(o.length_penalty)) fail(op, "length_penalty must be finite, got ", o.length_penalty);
  if (o.num_beams > 1 && o.temperature != 0) {
    fail(op, "a beam search draws no tokens: num_beams ", o.num_beams, " needs temperature 0, not ",
         o.temperature);
  }
  if (o.temperature == 0 && (o.top_k != 0 || o.top_p != 1 || o.min_p != 0)) {
    fail(op,
         "top_k, top_p and min_p are for draws, and temperature 0 draws none; set temperature, such as 1");
  }
}

// The probabilities of the tokens, (rows, V) float64.
Tensor shares_of(const Tensor& values, const GenerateOptions& options) {
  const Tensor exact = values.to(float64);
  Tensor logits = (exact - amax(exact, -1, true)) / options.temperature;  // ≤ 0: no temperature is too low
  if (options.top_k > 0) logits = keep_top_k(logits, options.top_k);
  if (options.top_p < 1) logits = keep_top_p(logits, options.top_p);
  if (options.min_p > 0) logits = keep_min_p(logits, options.min_p);
  return softmax(logits, -1);
}

// Greedy, or by draws: each prompt is one row.
std::vector<Generated> extend_rows(Decoding& decoding, const GenerateOptions& options, Generator& generator) {
  std::vector<Generated> results(decoding.rows().size());
  std::deque<Generator> draws;  // of each prompt
  if (options.temperature > 0) {
    for (std::size_t i = 0; i < results.size(); ++i) draws.emplace_back(generator.random());
  }
  bool cancelled = false;
  while (!decoding.rows().empty() && !cancelled) {
    const Logits logits = decoding.next();
    std::vector<std::int64_t> tokens = logits.likeliest;
    if (options.temperature > 0) {
      const Tensor shares = shares_of(logits.values, options);
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        Generator& own = draws[static_cast<std::size_t>(decoding.rows()[i].prompt)];
        tokens[i] = multinomial(shares.select(0, static_cast<std::int64_t>(i)), 1, /*replacement=*/true, own)
                        .item<std::int64_t>();
      }
    }
    std::vector<NewToken> settled;
    std::vector<Row> longer;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      Row row = logits.extended(decoding.rows()[i], i, tokens[i]);
      settled.push_back({row.prompt, tokens[i]});
      if (const auto finish = decoding.finish(row)) {
        results[static_cast<std::size_t>(row.prompt)] = decoding.result(row, *finish);
      } else {
        longer.push_back(std::move(row));
      }
    }
    cancelled = options.on_step && !options.on_step(settled);
    if (!cancelled) {
      decoding.go_on_with(std::move(longer));
    } else {
      for (const Row& row : longer) {
        results[static_cast<std::size_t>(row.prompt)] = decoding.result(row, Finish::cancelled);
      }
    }
  }
  return results;
}

}  // namespace

std::vector<Generated> generate(const NextToken& model, const std::vector<std::vector<std::int64_t>>& prompts,
                                const GenerateOptions& options, Generator& generator) {
  check(options);
  const NoGradGuard no_grad;
  Decoding decoding(model, prompts, options);
  if (options.max_new_tokens == 0) return std::vector<Generated>(prompts.size());
  if (options.num_beams > 1) return beam_search(decoding, options);
  return extend_rows(decoding, options, generator);
}

}  // namespace xgrad::nn
