#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/nn/decoder_cache.hpp>
#include <xgrad/nn/eval_guard.hpp>
#include <xgrad/nn/forward_scope.hpp>

namespace xgrad::nn {

/// A model of the next token, as `generate` sees it: functions that share a cache of the tokens they have
/// read. GPT and Llama need none of it. A decoder that reads an encoder's output, of `lengths` positions (B):
///
///     nn::EvalGuard eval(model);
///     nn::DecoderCache cache;
///     nn::NextToken next{
///         .logits =
///             [&](const Tensor& tokens) {
///               Variable x = embed(tokens, /*first_position=*/cache.length());
///               return head(decoder(x, memory, nn::Mask(), nn::Mask::padding(lengths), &cache));
///             },
///         .reorder =
///             [&](const Tensor& rows) {
///               cache.reorder(rows);
///               lengths = index_select(lengths, 0, rows);
///             }};
///     auto results = nn::generate(next, prompts, {.num_beams = 4, .stop_tokens = {end}});
struct NextToken {
  /// tokens (B, T) int64, which follow those of the earlier calls → logits (B, T, V). Only the last position
  /// of each row is used, so (B, 1, V) will do. The first call has the prompts, each later one a token a row.
  std::function<Variable(const Tensor& tokens)> logits;
  /// From now on, row i goes on from what row rows[i] has read. rows (n) int64; n may be more or less than B.
  std::function<void(const Tensor& rows)> reorder;
  /// Called first if the prompts have different lengths: padding (B) int64, the first padding[b] tokens of
  /// row b are none. Without this function, all prompts must have one length.
  std::function<void(const Tensor& padding)> pad = {};
  std::int64_t context = std::numeric_limits<std::int64_t>::max();  ///< the most tokens of a row
};

/// A new token of prompts[prompt].
struct NewToken {
  std::int64_t prompt, token;
};

struct GenerateOptions {
  std::int64_t max_new_tokens = 20;
  /// 0: the likeliest token each time (greedy). Otherwise draws from softmax(logits / temperature): 1 is the
  /// model's distribution, less is more predictable, more is more varied.
  double temperature = 0;
  std::int64_t top_k = 0;         ///< draws from the k likeliest tokens, see `keep_top_k`; 0: from all
  double top_p = 1;               ///< draws from the nucleus, see `keep_top_p`
  double min_p = 0;               ///< see `keep_min_p`
  double repetition_penalty = 1;  ///< for tokens of the prompt and new ones, see `penalize_repetition`
  std::int64_t num_beams = 1;     ///< more than 1: beam search, at temperature 0
  double length_penalty = 1;      ///< the exponent in `Generated::score`; more favours long texts
  std::vector<std::int64_t> stop_tokens = {};  ///< each ends its row, as its last token
  /// Called after each step with the tokens that it settled, at most one of each prompt; in a beam search,
  /// with all tokens of a prompt when its search ends. Returning false ends generation: Finish::cancelled.
  std::function<bool(const std::vector<NewToken>&)> on_step = {};
};

/// Why a row ended.
enum class Finish {
  stop_token,
  length,     ///< max_new_tokens
  context,    ///< the model can read no more tokens
  cancelled,  ///< by `on_step`
};

struct Generated {
  std::vector<std::int64_t> tokens;  ///< the new ones
  /// log softmax(logits) of each, after the repetition penalty, before temperature and filters.
  std::vector<double> log_probs;
  /// Σ log_probs / (number of tokens)^length_penalty, as in Hugging Face. (Wu et al. 2016, section 7, divide
  /// by ((5 + n) / 6)^α.) 0 without tokens.
  double score = 0;
  Finish finish = Finish::length;
};

/// Continues each prompt, a list of one or more tokens. Nothing is recorded.
///
/// The logits pass the repetition penalty, temperature, top-k, top-p and min-p in this order, as in Hugging
/// Face. Then one token is drawn. Rows that have ended cost nothing: the others go on without them.
///
/// Each prompt takes one number from the generator, which seeds its own draws. So the tokens depend on the
/// seed and on the order of the prompts, and not on how they are split among calls (but for logits that
/// differ in their last digits with the number of rows).
///
/// A beam search keeps the num_beams likeliest beginnings of each prompt and returns the one with the best
/// score. A beam that ends leaves the search, which goes on with one beam fewer (Sutskever et al. 2014,
/// section 3.2), so one beam is greedy. The search of a prompt ends when no beam can beat the best that has
/// ended.
///
/// Throws if options contradict each other, a prompt is empty or longer than the context, or the logits of a
/// step have a NaN or no finite maximum.
std::vector<Generated> generate(const NextToken& model, const std::vector<std::vector<std::int64_t>>& prompts,
                                const GenerateOptions& options = {},
                                Generator& generator = default_generator());

/// A module that reads tokens on a cache, such as GPT and Llama. `model(tokens, &cache)` takes (B, T) and
/// returns logits (B, T, V); `model.options.context` is the most tokens of a row.
template <class Model>
concept CachedDecoder = requires(const Model& model, const Variable& tokens, DecoderCache* cache) {
  { model(tokens, cache) } -> std::same_as<Variable>;
  { model.options.context } -> std::convertible_to<std::int64_t>;
};

/// The logits of the last position, (B, 1, V): of a prompt, the head then reads one position and not all.
template <CachedDecoder Model>
Variable last_logits(const Model& model, const Tensor& tokens, DecoderCache* cache) {
  if constexpr (requires { model.head(model.hidden(tokens, cache)); }) {
    if (tokens.size(1) > 1) {
      const ForwardScope scope(model);
      return model.head(model.hidden(tokens, cache).slice(1, -1));
    }
  }
  return model(tokens, cache);
}

/// The module with a new cache. It is called in the mode it is in, and must outlive the result.
template <CachedDecoder Model>
NextToken next_token(const Model& model) {
  const auto cache = std::make_shared<DecoderCache>();
  return {.logits = [&model, cache](const Tensor& tokens) { return last_logits(model, tokens, cache.get()); },
          .reorder = [cache](const Tensor& rows) { cache->reorder(rows); },
          .pad = [cache](const Tensor& padding) { *cache = DecoderCache({.padding = padding}); },
          .context = model.options.context};
}

/// `generate` of such a module, which is in eval mode meanwhile.
template <CachedDecoder Model>
std::vector<Generated> generate(const Model& model, const std::vector<std::vector<std::int64_t>>& prompts,
                                const GenerateOptions& options = {},
                                Generator& generator = default_generator()) {
  const EvalGuard eval(model);
  return generate(next_token(model), prompts, options, generator);
}

}  // namespace xgrad::nn
