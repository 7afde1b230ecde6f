// my_adam, clip_gradients, warmup_cosine and my_dropout: one number each, put into a step of training.

#include <cmath>
#include <numbers>
#include <sstream>

#include "exercise.hpp"

namespace xgrad::web {
namespace {

void judge_adam(Judge& judge, double correction) {
  const std::vector<double> gradients{2, -2, 1};
  const optim::AdamOptions options{.lr = 1, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};
  const Variable p(tensor({1.0}, float64), /*requires_grad=*/true);
  optim::Adam adam({p}, options);
  double m = 0, v = 0, before = 0;
  for (const double g : gradients) {
    before = p.item<double>();
    p.set_grad(tensor({g}, float64));
    adam.step();
    m = options.beta1 * m + (1 - options.beta1) * g;
    v = options.beta2 * v + (1 - options.beta2) * g * g;
  }
  const double v_hat = v / (1 - std::pow(options.beta2, 3));
  const double after = before - options.lr * (m / correction) / (std::sqrt(v_hat) + options.eps);
  judge.equal(
      "p after step 3", {{"the gradients of steps 1, 2 and 3", tensor(gradients)}},
      [&] { return tensor({after}, float64); }, p.value(), "p of the library's Adam");
}

Exercise adam_exercise() {
  return {
      .name = "my_adam",
      .title = "Adam's first steps",
      .lesson = "lessons/08-linear-and-mlp/page.md",
      .source = "optim/adam.cpp",
      .task = {"Adam keeps a moving mean of the gradients, `m ← β₁ m + (1 − β₁) g`, which begins at 0. So m "
               "is too "
               "small at first: if every g is 1, m is 1 − β₁ after the first step.",
               "Before m is used, it is divided by a number that makes up for this. The number depends on "
               "the step, "
               "and comes near 1 later. Let β₁ = 0.9."},
      .question = "By which number is m divided in step 3?",
      .number =
          {.label = "number",
           .hint = hints(
               "If every g is 1, how large is m after three steps?",
               {{0.1, "This is right in step 1: how large is m two steps later?"},
                {0.729,
                 "m began as 0, and this is how much that 0 still counts: how much do the "
                 "gradients count?"},
                {0.81, "m began as 0, and this is how much that 0 counts after two steps."},
                {0.19, "This is right in step 2."},
                {0.3,
                 "The third gradient counts 0.1 and the second one 0.09: what does the first one count?"},
                {1, "This leaves m as it is, which is too small."}}),
           .judge = judge_adam},
      .why =
          "1 − β₁³ = 1 − 0.729 = 0.271, the sum of the weights of the three gradients. So m / (1 − β₁ᵗ) is "
          "their weighted mean."};
}

void judge_clip(Judge& judge, double factor) {
  const double max_norm = 3.5;
  const std::vector<Tensor> gradients{tensor({2.0, -6.0}, float64), tensor({3.0}, float64)};
  const std::vector<Input> inputs{{"the gradient of p", gradients[0]}, {"the gradient of q", gradients[1]}};
  std::vector<Variable> parameters;
  for (const Tensor& gradient : gradients) {
    parameters.emplace_back(zeros_like(gradient), /*requires_grad=*/true);
    parameters.back().set_grad(gradient.clone());
  }
  optim::clip_grad_norm_(parameters, max_norm);
  const auto joined = [&](const std::function<Variable(std::size_t)>& part) {
    return cat({part(0), part(1)}, 0);
  };
  judge.equal(
      "both gradients, one after the other", inputs,
      [&] { return joined([&](std::size_t i) { return gradients[i] * factor; }); },
      joined([&](std::size_t i) { return parameters[i].grad(); }).value(), "the library's clip_grad_norm_");
}

Exercise clip_exercise() {
  return {
      .name = "clip_gradients",
      .title = "Gradients with a bounded norm",
      .lesson = "lessons/08-linear-and-mlp/page.md",
      .source = "optim/clip.cpp",
      .task = {"The gradients of two parameters are (2, −6) and (3). Their joint norm is that of one long "
               "vector with "
               "all numbers in it.",
               "If the joint norm is above `max_norm`, both gradients are multiplied by the same factor, so "
               "that it "
               "becomes `max_norm`. Let max_norm = 3.5."},
      .question = "Which factor is it?",
      .number = {.label = "factor",
                 .hint = hints(
                     "Add up the squares of all three numbers: what is their norm, and what makes 3.5 of it?",
                     {{3.5 / 49, "49 is the sum of the squares: what is the norm?"},
                      {2, "This makes the gradients longer."},
                      {3.5 / 11, "The norm is no sum of sizes: it is the root of a sum of squares."},
                      {3.5 / std::sqrt(40.0), "This looks at the first gradient alone."},
                      {3.5 / 3, "This looks at the second gradient alone."},
                      {1, "The norm is above 3.5: the gradients must become shorter."},
                      {7, "This is the norm: what makes 3.5 of it?"}}),
                 .judge = judge_clip},
      .why =
          "√(4 + 36 + 9) = 7, and 3.5 / 7 = 1/2. One factor for all keeps the direction of the long vector. "
          "The "
          "library divides by 7 + 10⁻⁶, so that a norm of 0 does no harm."};
}

void judge_warmup(Judge& judge, double x) {
  const double peak = 0.8, least = 0.2;
  const Variable p(zeros({1}), /*requires_grad=*/true);
  optim::SGD optimizer({p}, {.lr = peak});
  const optim::WarmupCosine schedule(optimizer, {.warmup = 4, .total = 20, .min_lr = least});
  schedule.apply(8);
  judge.that("x lies between 0 and 1", {}, [&] {
    std::ostringstream said;
    said << "x is " << x << ", in step 8 of 20";
    if (!(x >= 0 && x <= 1)) throw Problem(said.str());
    return said.str();
  });
  const Variable pi_x = tensor(x * std::numbers::pi, float64);
  judge.equal(
      "the rate in step 8", {}, [&] { return least + (peak - least) * (1 + cos(pi_x)) / 2; },
      tensor(optimizer.lr(), float64), "the rate of the library's WarmupCosine");
}

Exercise warmup_exercise() {
  return {
      .name = "warmup_cosine",
      .title = "Where the cosine stands",
      .lesson = "lessons/08-linear-and-mlp/page.md",
      .source = "optim/cosine_schedules.cpp",
      .task = {"The learning rate rises for `warmup` steps, and then falls along half a cosine until step "
               "`total`: "
               "`least + (peak − least) · (1 + cos(π x)) / 2`.",
               "x goes from 0 to 1 while the rate falls: it is 0 in step `warmup`, and would be 1 in step "
               "`total`. Let "
               "warmup = 4, total = 20, peak = 0.8 and least = 0.2. Steps count from 0."},
      .question = "How large is x in step 8?",
      .number = {.label = "x",
                 .hint = hints("How many steps does the fall take, and how many of them lie behind step 8?",
                               {{0.4, "This counts the steps of the warm-up too: x must be 0 in step 4."},
                                {0.2, "Where would x be in step 20?"},
                                {0.5, "This is 8 / 16: how many steps of the fall lie behind step 8?"},
                                {4, "x goes from 0 to 1."}}),
                 .judge = judge_warmup},
      .why =
          "x = (step − warmup) / (total − warmup) = 4 / 16. In C++, 4 / 16 of two integers is 0: the "
          "exercise "
          "there has this trap too."};
}

void judge_dropout(Judge& judge, double factor) {
  const Tensor x = tensor({1.0, -2.0, 3.0, 0.5, -1.5, 2.5, 4.0, -0.5, 1.5, 2.0}, float64);
  const double p = 0.2;
  Generator ours(8), yours(8);
  judge.equal(
      "the same draws", {{"x", x}}, [&] { return x * draw_kept(x.shape(), p, yours) * factor; },
      dropout(x, p, /*training=*/true, ours).value(), "the library's dropout");
}

Exercise dropout_exercise() {
  return {
      .name = "my_dropout",
      .title = "What is left after dropout",
      .lesson = "lessons/08-linear-and-mlp/page.md",
      .source = "core/ops/dropout.cpp",
      .task =
          {"In training, dropout sets each number to 0 with probability p and multiplies the others by a "
           "factor. "
           "In evaluation it does nothing.",
           "The factor is such that the mean of a number over many draws stays what it was. Let p = 0.2."},
      .question = "Which factor is it?",
      .number = {.label = "factor",
                 .hint =
                     hints("In five draws a number is kept four times: what must be added up to make 5 · x?",
                           {{0.8,
                             "What is the mean of a number that is 0 in one of five draws: does it need more "
                             "or less?"},
                            {1, "Then the mean over many draws is 0.8 · x."},
                            {5, "p is the probability to be dropped: how often is a number kept?"},
                            {0.2, "This makes the numbers that are kept smaller."},
                            {1.2, "Then the mean over many draws is 0.8 · 1.2 · x, which is 0.96 · x."}}),
                 .judge = judge_dropout},
      .why =
          "A number is kept with probability 1 − p = 0.8, and 0.8 · 1.25 = 1. This is why evaluation needs "
          "no "
          "factor."};
}

}  // namespace

std::vector<Exercise> training_exercises() {
  return {adam_exercise(), clip_exercise(), warmup_exercise(), dropout_exercise()};
}

}  // namespace xgrad::web
