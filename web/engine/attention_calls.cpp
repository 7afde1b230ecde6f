#include <cmath>
#include <limits>

#include "arguments.hpp"
#include "attention_setting.hpp"
#include "attention_why.hpp"
#include "json_tensor.hpp"

// Letters in shapes: B batch, H heads, T words, D d_model, d head size.

namespace xgrad::web {
namespace {

// Attention as far as one of its stages: (1, H, T, T), and the context beside it.
nn::AttentionOutput attend(const Projected& p, const Setting& s, nn::Scores stage) {
  return nn::scaled_dot_product_attention(p.q, p.k, p.v,
                                          {.mask = s.mask(), .scale = s.scale(), .scores = stage});
}

Json attention(const Json& arguments) {
  const Setting s = setting_of(arguments);
  const NoGradGuard no_grad;
  const Projected p = project(s.sentence.x, s.heads);
  const auto [context, weights] = attend(p, s, nn::Scores::weights);
  return {
      {"words", s.sentence.words},
      {"ids", to_json(s.sentence.ids)},
      {"x", to_json(s.sentence.x)},
      {"q", to_json(p.q.value())},
      {"k", to_json(p.k.value())},
      {"v", to_json(p.v.value())},
      {"root", std::sqrt(static_cast<double>(s.heads.d))},
      {"scores", to_json(matmul(p.q, p.k.mT()))},  // (1, H, T, d) @ (1, H, d, T)
      {"scaled", to_json(attend(p, s, nn::Scores::scaled).weights.value())},
      {"masked", to_json(attend(p, s, nn::Scores::masked).weights.value())},
      {"weights", to_json(weights.value())},
      {"context", to_json(context.value())},
      {"largest", to_json(mean(amax(weights, -1), {0, 2}))},  // (H): the mean over the rows
  };
}

// One row of the weights on its way from the scores, and what each word adds to the context.
Json attention_row(const Json& arguments) {
  const Setting s = setting_of(arguments);
  const Arguments given("attention", arguments);
  const std::int64_t h = given.whole_number("head", 0, s.heads.H - 1);
  const std::int64_t i = given.whole_number("query", 0, s.sentence.size() - 1);
  const NoGradGuard no_grad;
  const Projected p = project(s.sentence.x, s.heads);
  const auto row = [&](const Variable& x) { return x.select(0, 0).select(0, h).select(0, i); };

  const auto [context, all_weights] = attend(p, s, nn::Scores::weights);
  const Variable masked = row(attend(p, s, nn::Scores::masked).weights), weights = row(all_weights);  // (T)
  const Variable largest = amax(masked);
  // Where every score is −∞ the softmax gives 0 instead of exp(−∞ + ∞).
  const bool sees_none = largest.item<double>() == -std::numeric_limits<double>::infinity();
  const Variable exponentials = sees_none ? Variable(zeros_like(masked.value())) : exp(masked - largest);
  const Variable values = p.v.select(0, 0).select(0, h);  // (T, d)
  return {
      {"scores", to_json(row(matmul(p.q, p.k.mT())).value())},
      {"scaled", to_json(row(attend(p, s, nn::Scores::scaled).weights).value())},
      {"masked", to_json(masked.value())},
      {"largest", to_json(largest.value())},
      {"exp", to_json(exponentials.value())},
      {"sum", to_json(sum(exponentials))},
      {"weights", to_json(weights.value())},
      {"total", to_json(sum(weights))},
      {"parts", to_json(weights.unsqueeze(-1) * values)},  // (T, 1) · (T, d): row j is w_j v_j
      {"context", to_json(row(context).value())},
  };
}

// The matrices of one head: (D, d) each.
Json attention_matrices(const Json& arguments) {
  const Setting s = setting_of(arguments);
  const std::int64_t h = Arguments("attention", arguments).whole_number("head", 0, s.heads.H - 1);
  const std::int64_t d = s.heads.d;
  const auto of_head = [&](const Tensor& W) { return to_json(W.slice(1, h * d, (h + 1) * d)); };
  return {{"W_q", of_head(s.heads.W_q)}, {"W_k", of_head(s.heads.W_k)}, {"W_v", of_head(s.heads.W_v)}};
}

}  // namespace

Calls attention_calls() {
  return {{"attention", attention},
          {"attention_row", attention_row},
          {"attention_matrices", attention_matrices},
          {"attention_scale", attention_scale},
          {"attention_mask", attention_mask}};
}

}  // namespace xgrad::web
