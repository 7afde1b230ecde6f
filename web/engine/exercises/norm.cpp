// my_layer_norm, my_rms_norm and my_batch_norm: numbers without their mean and their spread.

#include "exercise.hpp"
#include "rows.hpp"

namespace xgrad::web {
namespace {

/// What the rule is told, of all rows at once: d = dL/dy, g = d γ, x̂ and σ.
struct Told {
  Variable d, g, x_hat, sigma;
};
/// From that to dL/dx.
using LayerNormRule = Variable (*)(const Told& row);

Variable my_layer_norm(const Variable& x, const Variable& gamma, LayerNormRule rule) {
  const Tensor y = layer_norm(x.detach(), gamma.detach()).value();
  return record("my_layer_norm", y, {x, gamma}, {x, gamma}, [rule](const Replay& r) -> Gradients {
    const Variable x = r.saved(0), gamma = r.saved(1), d = r.grad(), c = x - row_mean(x);
    const Variable sigma = sqrt(row_mean(c * c) + 1e-5), x_hat = c / sigma;
    return {rule({d, d * gamma, x_hat, sigma}), sum_to(d * x_hat, gamma.shape())};
  });
}

void judge_layer_norm(Judge& judge, const LayerNormRule& rule) {
  judge.gradients("gradients", {{"x", sample({2, 4}, 11)}, {"γ", tensor({0.5, -1.0, 2.0, 1.5}, float64)}},
                  [&](const std::vector<Variable>& x) { return my_layer_norm(x[0], x[1], rule); });
}

Exercise layer_norm_exercise() {
  return {
      .name = "my_layer_norm",
      .title = "The rule of layer norm",
      .lesson = "lessons/06-layer-norm/page.md",
      .source = "core/ops/normalization.cpp",
      .task = {"`y = γ x̂` with x̂ = (x − μ) / σ, row by row: μ is the mean of the row and σ = √(mean((x − "
               "μ)²) + ε).",
               "The rule is told `d = dL/dy`. With `g = d · γ` it returns `dx`. Means and sums run over the "
               "row."},
      .question = "Which line gives dx?",
      .choices = choices<LayerNormRule>(
          judge_layer_norm,
          {{"dx = (g − mean(g) − x̂ · mean(g · x̂)) / σ", "",
            [](const Told& r) {
              return (r.g - row_mean(r.g) - r.x_hat * row_mean(r.g * r.x_hat)) / r.sigma;
            }},
           {"dx = g / σ", "If one x of the row grows, what do μ and σ do?",
            [](const Told& r) { return r.g / r.sigma; }},
           {"dx = (g − mean(g)) / σ", "Stretch all x by 2: what does y do, and what must Σ dx · x̂ be?",
            [](const Told& r) { return (r.g - row_mean(r.g)) / r.sigma; }},
           {"dx = (g − x̂ · mean(g · x̂)) / σ", "Add 1 to all x: what does y do, and what must Σ dx be?",
            [](const Told& r) { return (r.g - r.x_hat * row_mean(r.g * r.x_hat)) / r.sigma; }},
           {"dx = (g − mean(g) − x̂ · sum(g · x̂)) / σ", "dσ/dxᵢ is x̂ᵢ / n: where does the n go?",
            [](const Told& r) { return (r.g - row_mean(r.g) - r.x_hat * row_sum(r.g * r.x_hat)) / r.sigma; }},
           {"dx = (d − mean(d) − x̂ · mean(d · x̂)) / σ", "Which step lies between x̂ and y?",
            [](const Told& r) {
              return (r.d - row_mean(r.d) - r.x_hat * row_mean(r.d * r.x_hat)) / r.sigma;
            }}}),
      .why =
          "Each x reaches y directly, through μ and through σ: three terms. The sum of dx over a row is 0, "
          "and "
          "so is that of dx · x̂ but for ε, since neither a shift nor a stretch of the row changes y."};
}

/// The σ of a row of x, with ε.
using Size = Variable (*)(const Variable& x, double eps);

void judge_rms_norm(Judge& judge, const Size& size) {
  const Tensor x = sample({2, 3}, 12), gamma = tensor({1.0, -0.5, 2.0}, float64);
  const double eps = 0.5;
  const auto f = [&](const std::vector<Variable>& in) { return in[1] * in[0] / size(in[0], eps); };
  judge.equal(
      "values, ε = 0.5", {{"x", x}, {"γ", gamma}},
      [&] {
        return f({x, gamma});
      },
      rms_norm(x, gamma, eps).value(), "the library's rms_norm");
  judge.gradients("gradients", {{"x", x}, {"γ", gamma}}, f);
}

Exercise rms_norm_exercise() {
  return {
      .name = "my_rms_norm",
      .title = "The size of a row",
      .lesson = "lessons/06-layer-norm/page.md",
      .source = "core/ops/normalization.cpp",
      .task = {"RMS norm divides a row by its size and leaves its mean alone: `y = γ x / σ`, where σ is the "
               "root of "
               "the mean square, with ε below the root.",
               "Here y is composed of ops, so each choice has its gradient already. Sums and means run over "
               "the row, and μ is its mean."},
      .question = "Which σ is it?",
      .choices = choices<Size>(
          judge_rms_norm,
          {{"σ = √(mean(x²) + ε)", "",
            [](auto& x, double eps) -> Variable { return sqrt(row_mean(x * x) + eps); }},
           {"σ = √mean(x²) + ε", "Where does ε stand: below the root or beside it?",
            [](auto& x, double eps) -> Variable { return sqrt(row_mean(x * x)) + eps; }},
           {"σ = √(mean((x − μ)²) + ε)", "Does RMS norm take the mean away, as layer norm does?",
            [](auto& x, double eps) -> Variable {
              const Variable c = x - row_mean(x);
              return sqrt(row_mean(c * c) + eps);
            }},
           {"σ = √(sum(x²) + ε)", "Double the row by writing it twice: should its size change?",
            [](auto& x, double eps) -> Variable { return sqrt(row_sum(x * x) + eps); }},
           {"σ = √(mean((x − μ)²) + μ² + ε)", "",
            [](auto& x, double eps) -> Variable {
              const Variable mu = row_mean(x), c = x - mu;
              return sqrt(row_mean(c * c) + mu * mu + eps);
            }}}),
      .why =
          "mean(x²) is the variance plus μ². Notice that gradcheck passes for every choice: it compares a "
          "function with its own gradient, and cannot know which function you wanted."};
}

void judge_batch_norm(Judge& judge, double factor) {
  const Tensor x = tensor({{1.0, 4.0}, {7.0, -2.0}, {4.0, 1.0}}, float64);
  const double momentum = 0.1;
  const Tensor running_mean = zeros({2}, float64), running_var = ones({2}, float64),
               before = running_var.clone();
  batch_norm(x, running_mean, running_var, {}, {}, /*training=*/true, momentum);  // moves both
  judge.equal(
      "running_var after one batch", {{"x (N, C)", x}},
      [&] { return (1 - momentum) * before + momentum * factor * var(x, 0, 0); }, running_var,
      "that of the library's batch_norm");
}

Exercise batch_norm_exercise() {
  return {
      .name = "my_batch_norm",
      .title = "The variance that is remembered",
      .lesson = "lessons/06-layer-norm/page.md",
      .source = "core/ops/batch_norm.cpp",
      .task = {"Batch norm moves a running variance towards that of each batch: "
               "`running_var = 0.9 · running_var + 0.1 · factor · v`, where v is the mean of the (x − μ)² of "
               "a column.",
               "v is measured around the batch's own mean. So it is, on average, smaller than the variance "
               "of all "
               "rows that the batch was drawn from. Bessel's factor corrects this."},
      .question = "Which factor has a batch of 3 rows?",
      .number = {.label = "factor",
                 .hint =
                     hints("With N rows, v divides the sum of squares by N; by what should it be divided?",
                           {{2.0 / 3, "v is too small: does this factor make it larger?"},
                            {1, "Without a factor, a batch of one row would say that all rows are equal."},
                            {0.5, "This divides by N − 1, but v has been divided by N already."},
                            {3, "This takes the N away; by what is the sum divided instead?"}}),
                 .judge = judge_batch_norm},
      .why =
          "N / (N − 1) = 3 / 2: one of the N deviations follows from the others, since they add up to 0. The "
          "result y of the batch itself is computed without the factor."};
}

}  // namespace

std::vector<Exercise> norm_exercises() {
  return {layer_norm_exercise(), rms_norm_exercise(), batch_norm_exercise()};
}

}  // namespace xgrad::web
