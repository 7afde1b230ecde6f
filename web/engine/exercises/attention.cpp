// my_attention and causal_attention.
// Letters in shapes: B batch, H heads, T_q queries, T_k keys, d head size.

#include <cmath>

#include "attention.hpp"
#include "exercise.hpp"

namespace xgrad::web {
namespace {

void judge_scale(Judge& judge, double factor) {
  const Tensor q = sample({1, 1, 3, 64}, 18), k = sample({1, 1, 4, 64}, 19);
  const Tensor ours = nn::scaled_dot_product_attention(q, k, k).weights.value();
  judge.equal(
      "the weights of 3 queries", {{"q (B, H, T_q, d)", q}, {"k (B, H, T_k, d)", k}},
      [&] { return softmax(matmul(q, k.mT()) * factor, -1); }, ours, "the library's attention");
}

Exercise scale_exercise() {
  return {.name = "my_attention",
          .title = "The factor of the scores",
          .lesson = "lessons/09-attention/page.md",
          .source = "nn/scaled_dot_product_attention.cpp",
          .task = {"The score of a query with a key is their scalar product, times a factor: `s = factor · "
                   "(q · k)`. The "
                   "weights are the softmax of the scores.",
                   "If the d numbers of q and k are independent, with variance 1, then q · k has variance d. "
                   "The factor "
                   "gives the scores the variance 1, so that the softmax does not choose a single key from "
                   "the start. "
                   "Let d = 64."},
          .question = "Which factor is it?",
          .number = {.label = "factor",
                     .hint = hints(
                         "A factor f turns the variance d into f² · d.",
                         {{8, "This makes large scores larger: the scores are divided by √d."},
                          {64, "This makes large scores larger."},
                          {1.0 / 64, "A factor f turns the variance d into f² · d: what does 1/64 give?"},
                          {1, "Then the scores have a variance of 64."}}),
                     .judge = judge_scale},
          .why =
              "1 / √64 = 1/8. Without it, the largest weight comes near 1, and the gradient of the softmax "
              "near 0."};
}

/// From scores (B, H, T_q, T_k) to weights.
using Weights = Variable (*)(const Variable& scores);

// True where key j is behind query i: j > i + n.
Tensor behind(const Variable& scores, std::int64_t n) {
  return triu(ones({scores.size(-2), scores.size(-1)}), n + 1).value() > 0;
}
std::int64_t past(const Variable& scores) { return scores.size(-1) - scores.size(-2); }

void judge_causal(Judge& judge, const Weights& weights) {
  const auto check = [&](const std::string& name, const std::vector<Input>& in) {
    judge.equal(
        name, in, [&] { return matmul(weights(scores_of(in[0].value, in[1].value)), in[2].value); },
        nn::scaled_dot_product_attention(in[0].value, in[1].value, in[2].value, {.mask = nn::Mask::causal()})
            .output.value(),
        "the library's attention with Mask::causal()");
  };
  check("in training: T_q = T_k = 3", queries_keys_values(3, 3, 20));
  check("with a cache: T_q = 2, T_k = 4", queries_keys_values(2, 4, 23));
  // Each key has higher scores than the one before, so what is hidden would take all of the weight.
  std::vector<Input> far = queries_keys_values(3, 3, 26);
  far[0].value = full({1, 1, 3, 2}, 1e15, float64);
  far[1].value =
      (tensor({-1.0, 0.0, 1.0}, float64).reshape({1, 1, 3, 1}) * full({1, 1, 3, 2}, 1e15, float64)).value();
  check("scores of ±10³⁰", far);
  judge.gradients("gradients", queries_keys_values(2, 4, 23), [&](const std::vector<Variable>& x) {
    return matmul(weights(scores_of(x[0], x[1])), x[2]);
  });
}

Exercise causal_exercise() {
  return {
      .name = "causal_attention",
      .title = "A query sees no later key",
      .lesson = "lessons/09-attention/page.md",
      .source = "nn/mask.cpp",
      .task =
          {"Each token sees itself and the earlier tokens. The scores s of T_q queries with T_k keys become "
           "weights "
           "by a softmax over the keys. A key that is hidden gets the weight 0, and the others add up to 1.",
           "With a cache there are more keys than queries: the queries are those of the last T_q tokens. i "
           "counts "
           "the queries and j the keys, both from 0. `fill(x, where, c)` puts c where the condition holds."},
      .question = "Which line gives the weights?",
      .choices = choices<Weights>(
          judge_causal,
          {{"softmax(fill(s, j > i + T_k − T_q, −∞))", "",
            [](auto& s) -> Variable { return softmax(masked_fill(s, behind(s, past(s)), -INFINITY), -1); }},
           {"softmax(fill(s, j > i, −∞))", "With T_q = 2 and T_k = 4, which token does query 0 belong to?",
            [](auto& s) -> Variable { return softmax(masked_fill(s, behind(s, 0), -INFINITY), -1); }},
           {"fill(softmax(s), j > i + T_k − T_q, 0)",
            "Who has taken a share of the weight before the mask came?",
            [](auto& s) -> Variable { return masked_fill(softmax(s, -1), behind(s, past(s)), 0); }},
           {"softmax(fill(s, j > i + T_k − T_q, 0))", "How large is exp(0)?",
            [](auto& s) -> Variable { return softmax(masked_fill(s, behind(s, past(s)), 0), -1); }},
           {"softmax(fill(s, j > i + T_k − T_q, −10⁹))",
            "May a key that is seen have a lower score than that?",
            [](auto& s) -> Variable { return softmax(masked_fill(s, behind(s, past(s)), -1e9), -1); }},
           {"w / sum(w) with w = fill(softmax(s), j > i + T_k − T_q, 0)",
            "Is there always something left of the weights of the keys that are seen?",
            [](auto& s) -> Variable {
              const Variable w = masked_fill(softmax(s, -1), behind(s, past(s)), 0);
              return w / sum(w, -1, true);
            }}}),
      .why =
          "exp(−∞) is 0, whatever the other scores are. The last query stands at the last key, so query i "
          "stands at "
          "i + T_k − T_q."};
}

}  // namespace

std::vector<Exercise> attention_exercises() { return {scale_exercise(), causal_exercise()}; }

}  // namespace xgrad::web
