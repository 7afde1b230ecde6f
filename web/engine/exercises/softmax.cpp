// my_softmax and my_cross_entropy: from scores to probabilities, and to a loss.

#include "exercise.hpp"
#include "rows.hpp"

namespace xgrad::web {
namespace {

/// From g = dL/dp and the result p to dL/dx, row by row.
using SoftmaxRule = Variable (*)(const Variable& g, const Variable& p);

Variable my_softmax(const Variable& x, SoftmaxRule rule) {
  const Variable e = exp(x.value() - amax(x.value(), -1, true));
  return record("my_softmax", (e / row_sum(e)).value(), {x}, {keeps_output},
                [rule](const Replay& r) -> Gradients { return {rule(r.grad(), r.output())}; });
}

void judge_softmax(Judge& judge, const SoftmaxRule& rule) {
  judge.gradients("gradients", {{"x", sample({2, 3}, 8)}},
                  [&](const std::vector<Variable>& x) { return my_softmax(x[0], rule); });
}

Exercise softmax_exercise() {
  return {
      .name = "my_softmax",
      .title = "The rule of softmax",
      .lesson = "lessons/05-softmax-and-cross-entropy/page.md",
      .source = "core/ops/softmax.cpp",
      .task = {"`p = softmax(x)` along each row: pᵢ = exp(xᵢ) / Σⱼ exp(xⱼ). So ∂pᵢ/∂xⱼ = pᵢ (δᵢⱼ − pⱼ), "
               "where δᵢⱼ is "
               "1 if i = j, else 0.",
               "The rule is told `g = dL/dp` and returns `dx`. Sums and means run over the row."},
      .question = "Which line is the rule?",
      .choices = choices<SoftmaxRule>(
          judge_softmax, {{"dx = p · (g − Σ g p)", "",
                           [](auto& g, auto& p) -> Variable { return p * (g - row_sum(g * p)); }},
                          {"dx = p · g", "If one x grows, what do the other p do?",
                           [](auto& g, auto& p) -> Variable { return p * g; }},
                          {"dx = p · (1 − p) · g",
                           "This is the slope of each pᵢ along its own xᵢ: what about the other x of "
                           "the row?",
                           [](auto& g, auto& p) -> Variable { return p * (1 - p) * g; }},
                          {"dx = p · (g − mean(g))",
                           "Sum pᵢ (δᵢⱼ − pⱼ) gᵢ over i: with which weights do the g enter the second term?",
                           [](auto& g, auto& p) -> Variable { return p * (g - row_mean(g)); }},
                          {"dx = p · (g − Σ g)",
                           "Sum pᵢ (δᵢⱼ − pⱼ) gᵢ over i: with which weights do the g enter the second term?",
                           [](auto& g, auto& p) -> Variable { return p * (g - row_sum(g)); }},
                          {"dx = p · g − p · Σ p g", "",
                           [](auto& g, auto& p) -> Variable { return p * g - p * row_sum(p * g); }}}),
      .why =
          "Each g loses the mean of all g of its row, weighted by p. So the dx of a row add up to 0: the "
          "same "
          "number added to all scores changes nothing."};
}

/// From dL/dloss, the softmax p (N, C) of the scores and onehot(t) (N, C) to the gradient of the scores.
using LossRule = Variable (*)(const Variable& g, const Variable& p, const Variable& onehot);

Variable my_cross_entropy(const Variable& scores, const Variable& targets, LossRule rule) {
  const Tensor value = cross_entropy(scores.value(), targets).value();
  return record("my_cross_entropy", value, {scores}, {scores, targets}, [rule](const Replay& r) -> Gradients {
    const Variable p = softmax(r.saved(0), -1);
    return {rule(r.grad(), p, one_hot(r.saved(1), p.size(1)).to(p.dtype()))};
  });
}

void judge_cross_entropy(Judge& judge, const LossRule& rule) {
  const auto f = [&](const std::vector<Variable>& x) { return my_cross_entropy(x[0], x[1], rule); };
  judge.gradients("one row", {{"scores (N, C)", sample({1, 3}, 9)}, {"t", tensor({2}, int64)}}, f);
  judge.gradients("three rows", {{"scores (N, C)", sample({3, 4}, 10)}, {"t", tensor({1, 0, 3}, int64)}}, f);
}

Exercise cross_entropy_exercise() {
  return {
      .name = "my_cross_entropy",
      .title = "The gradient of cross entropy",
      .lesson = "lessons/05-softmax-and-cross-entropy/page.md",
      .source = "core/ops/cross_entropy.cpp",
      .task =
          {"Each of N rows has the scores x of C classes, and t is its right class. With p = softmax(x), the "
           "loss is the mean of `−log p(t)` over the rows.",
           "The rule is told `g = dL/dloss`, one number. [i = t] is 1 for the right class and 0 for the "
           "others."},
      .question = "Which line gives the gradient of score i of a row?",
      .choices = choices<LossRule>(
          judge_cross_entropy,
          {{"dx = g · (p − [i = t]) / N", "",
            [](auto& g, auto& p, auto& onehot) -> Variable { return g * (p - onehot) / p.size(0); }},
           {"dx = g · (p − [i = t])",
            "One row is right: what does the mean over several rows do to each of them?",
            [](auto& g, auto& p, auto& onehot) -> Variable { return g * (p - onehot); }},
           {"dx = g · ([i = t] − p) / N", "If the score of the right class grows, does the loss grow?",
            [](auto& g, auto& p, auto& onehot) -> Variable { return g * (onehot - p) / p.size(0); }},
           {"dx = −g · [i = t] / (p · N)",
            "This is the gradient of p: which step lies between the scores and p?",
            [](auto& g, auto& p, auto& onehot) -> Variable { return -g * onehot / (p * p.size(0)); }},
           {"dx = −g · [i = t] / N",
            "log p(t) is x(t) − log Σⱼ exp(xⱼ): which of the two terms depends on the other scores?",
            [](auto& g, auto& p, auto& onehot) -> Variable { return -g * onehot / p.size(0); }}}),
      .why =
          "The gradient is what the model says minus what is right. It has no division by p, so it stays "
          "bounded however wrong the model is."};
}

}  // namespace

std::vector<Exercise> softmax_exercises() { return {softmax_exercise(), cross_entropy_exercise()}; }

}  // namespace xgrad::web
