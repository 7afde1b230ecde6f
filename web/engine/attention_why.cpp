#include "attention_why.hpp"

#include <cmath>
#include <stdexcept>

#include "arguments.hpp"
#include "attention_setting.hpp"
#include "json_tensor.hpp"

// Letters in shapes: H heads, T words, d head size. The batch has one sentence.

namespace xgrad::web {
namespace {

constexpr int measured_heads = 16;

// The mean over the rows of −Σ w log₂ w. An entry of 0 adds 0.
double entropy(const Variable& weights) {
  const Variable logarithm = log(masked_fill(weights, weights.value() == 0, 1));
  return -mean(sum(weights * logarithm, -1)).item<double>() / std::log(2.0);
}

// Attention as in lesson 09, whose tape brings the gradient back to the scores, where the softmax reads them.
Json measured(const Projected& p, double scale, const Tensor& direction) {
  const Variable q(p.q.value(), /*requires_grad=*/true);
  const Variable scores = matmul(q, p.k.mT()) * scale;  // (1, H, T, T)
  scores.retain_grad();
  const Variable weights = softmax(scores, -1);
  const Variable context = matmul(weights, p.v);  // (1, H, T, d)
  sum(context * direction).backward();
  const NoGradGuard no_grad;
  return {{"size", sqrt(mean(scores * scores)).item<double>()},
          {"largest", mean(amax(weights, -1)).item<double>()},
          {"entropy", entropy(weights)},
          {"gradient", mean(abs(Variable(scores.grad()))).item<double>()}};
}

// Per head and word, (H, T): the share of the row's weight on later words.
Tensor share_on_later_words(const Variable& weights) { return sum(triu(weights, 1), -1)[0]; }

nn::AttentionOutput attention_of(const Sentence& sentence, const Setting& s, const nn::Mask& mask) {
  const Projected p = project(sentence.x, s.heads);
  return nn::scaled_dot_product_attention(p.q, p.k, p.v, {.mask = mask, .scale = s.scale()});
}

}  // namespace

Json attention_scale(const Json& arguments) {
  const Arguments given("attention", arguments);
  const Sentence sentence = sentence_of(words_of(given.text("text")));
  const auto seed = static_cast<std::uint32_t>(given.whole_number("seed", 0, 9999));
  Json rows = Json::array();
  for (const std::int64_t d : {4, 16, 64, 256}) {
    const Heads heads = make_heads(std::vector<std::string>(measured_heads, "random"), d, seed);
    const Projected p = project(sentence.x, heads);
    // L = Σ context ⊙ direction. Its length is near 1 for every d, so that dL/dweights does not grow with d.
    Generator generator(seed);
    const Tensor direction = randn({1, heads.H, sentence.size(), d}, float64, generator);
    direction.mul_(1 / std::sqrt(static_cast<double>(d)));
    rows.push_back({{"d", d},
                    {"root", std::sqrt(static_cast<double>(d))},
                    {"without", measured(p, 1, direction)},
                    {"with", measured(p, 1 / std::sqrt(static_cast<double>(d)), direction)}});
  }
  return {{"heads", measured_heads}, {"words", sentence.size()}, {"rows", rows}};
}

Json attention_mask(const Json& arguments) {
  const Setting s = setting_of(arguments);
  const std::vector<std::string> last = words_of(Arguments("attention", arguments).text("last"));
  if (last.size() != 1) {
    throw std::invalid_argument("[attention] the other last word must be one word, not " +
                                std::to_string(last.size()));
  }
  std::vector<std::string> words = s.sentence.words;
  words.back() = last.front();
  const Sentence changed = sentence_of(words);
  const NoGradGuard no_grad;
  Json answer = {{"words", s.sentence.words}, {"changed", words}};
  for (const bool causal : {false, true}) {
    const nn::Mask mask = causal ? nn::Mask::causal() : nn::Mask();
    const auto [context, weights] = attention_of(s.sentence, s, mask);
    const Variable changed_context = attention_of(changed, s, mask).output;
    const Variable change = amax(abs(changed_context - context), -1)[0];  // (H, T)
    const Variable of_earlier = change.slice(1, 0, -1);                   // (H, T − 1)
    answer[causal ? "causal" : "none"] = {
        {"weights", to_json(weights.value()[0])},  // (H, T, T)
        {"later", to_json(share_on_later_words(weights))},
        {"change", to_json(change.value())},
        {"earlier", of_earlier.numel() == 0 ? 0 : max(of_earlier).item<double>()}};
  }
  return answer;
}

}  // namespace xgrad::web
