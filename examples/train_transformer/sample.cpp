#include "sample.hpp"

#include <ostream>

#include "utf8.hpp"

using namespace xgrad;

namespace {

// A model whose context moves along a text that is longer. While all of the text fits, the model reads the
// new tokens only; then it reads the whole context again for each token, as every position in it has changed.
class MovingContext {
 public:
  explicit MovingContext(const nn::GPT& model) : model_(model) {}

  Variable logits(const Tensor& tokens) {
    for (const std::int64_t token : tokens.to_vector<std::int64_t>()) text_.push_back(token);
    const auto T = static_cast<std::ptrdiff_t>(model_.options.context);
    const auto length = static_cast<std::ptrdiff_t>(text_.size());
    if (length <= T) return model_(tokens, &cache_);                                         // (1, t, V)
    return model_(tensor(std::vector(text_.end() - T, text_.end())).unsqueeze(0), nullptr);  // (1, T, V)
  }

 private:
  const nn::GPT& model_;
  nn::DecoderCache cache_;
  std::vector<std::int64_t> text_;
};

}  // namespace

std::vector<std::int64_t> prompt_tokens(const std::string& prompt, const Vocabulary& vocabulary) {
  if (!prompt.empty()) return vocabulary.tokens(decode_utf8(prompt, "--prompt"), "--prompt");
  const bool has_lines = vocabulary.characters().find(U'\n') != std::u32string::npos;
  return has_lines ? vocabulary.tokens(U"\n", "a new line") : std::vector<std::int64_t>{0};
}

void write_sample(nn::GPT& model, const Vocabulary& vocabulary, const SampleOptions& options,
                  Generator& generator, std::ostream& out) {
  const nn::EvalGuard eval(model);
  MovingContext context(model);
  const auto write = [&](const std::vector<nn::NewToken>& tokens) {
    const char32_t next = vocabulary.character(tokens.front().token);
    out << encode_utf8({&next, 1}) << std::flush;
    return !training::interrupted();
  };
  nn::generate({.logits = [&](const Tensor& tokens) { return context.logits(tokens); },
                .reorder = [](const Tensor&) {}},  // of one row
               {options.prompt},
               {.max_new_tokens = options.length,
                .temperature = options.temperature,
                .top_k = options.top_k,
                .top_p = options.top_p,
                .min_p = options.min_p,
                .repetition_penalty = options.repetition_penalty,
                .on_step = write},
               generator);
}
