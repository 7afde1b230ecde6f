// my_embedding, my_linear and my_transpose_matmul: rules that add up what several uses of one input send.

#include "exercise.hpp"

namespace xgrad::web {
namespace {

/// From g (n, D), the indices (n) and the shape (V, D) of the table to its gradient.
using TableRule = Variable (*)(const Variable& g, const Variable& indices, const Shape& table);

Variable my_embedding(const Variable& weight, const Variable& indices, TableRule rule) {
  return record(
      "my_embedding", index_select(weight.value(), 0, indices).value(), {weight}, {indices},
      [rule](const Replay& r) -> Gradients { return {rule(r.grad(), r.saved(0), r.input_shape(0))}; });
}

// How often each index of the list occurs in it, as a column.
Variable occurrences(const Variable& indices, const Variable& g) {
  return sum((unsqueeze(indices, 1) == unsqueeze(indices, 0)).to(g.dtype()), 1, true);
}

void judge_embedding(Judge& judge, const TableRule& rule) {
  const auto check = [&](const std::string& name, const Tensor& indices) {
    judge.gradients(name, {{"W (V, D)", sample({4, 2}, 1)}, {"i", indices}},
                    [&](const std::vector<Variable>& x) { return my_embedding(x[0], x[1], rule); });
  };
  check("each index once", tensor({2, 0, 1}, int64));
  check("an index twice", tensor({2, 0, 2}, int64));
}

Exercise embedding_exercise() {
  return {
      .name = "my_embedding",
      .title = "The rows of a table",
      .lesson = "lessons/03-broadcasting/page.md",
      .source = "core/ops/embedding.cpp",
      .task = {"`y[n] = W[i[n]]`: row n of the result is the row of the table W that the index i[n] names. W "
               "has V "
               "rows of D numbers.",
               "The rule is told `g = dL/dy` and returns `dW`, which begins with zeros. An index may occur "
               "twice."},
      .question = "What does the rule do for each n?",
      .choices = choices<TableRule>(
          judge_embedding,
          {{"dW[i[n]] += g[n]", "",
            [](auto& g, auto& i, auto& table) -> Variable {
              return index_add(zeros(table, g.dtype()), 0, i, g);
            }},
           {"dW[i[n]] = g[n]", "If token 2 stands twice in the text, how many paths lead from its row to L?",
            [](auto& g, auto& i, auto& table) -> Variable {
              return scatter(zeros(table, g.dtype()), 0, expand(unsqueeze(i, 1), g.shape()), g);
            }},
           {"dW[n] += g[n]", "Row n of the result came from another row of the table.",
            [](auto& g, auto& i, auto& table) -> Variable {
              return index_add(zeros(table, g.dtype()), 0, arange(i.numel()), g);
            }},
           {"dW[i[n]] += g[n] / (how often i[n] occurs)",
            "Raise one number of a row by 0.1: does each of its copies rise by 0.1, or by a share of it?",
            [](auto& g, auto& i, auto& table) -> Variable {
              return index_add(zeros(table, g.dtype()), 0, i, g / occurrences(i, g));
            }},
           {"dW += onehot(i[n])ᵀ g[n], a product of a column and a row", "",
            [](auto& g, auto& i, auto& table) -> Variable {
              return matmul(one_hot(i, table[0]).to(g.dtype()).mT(), g);
            }}}),
      .why =
          "Each use of a row is a path to L, and paths add up. The product with one-hot columns gives the "
          "same, "
          "but multiplies by V − 1 zeros for each token."};
}

/// From g (B, T, out) to the gradient of the bias (out).
using BiasRule = Variable (*)(const Variable& g);

Variable my_linear(const Variable& x, const Variable& weight, const Variable& bias, BiasRule rule) {
  const Tensor value = linear(x.value(), weight.value(), bias.value()).value();
  return record("my_linear", value, {x, weight, bias}, {x, weight}, [rule](const Replay& r) -> Gradients {
    const Variable g = r.grad(), x = r.saved(0), weight = r.saved(1);
    const Variable g_rows = g.reshape({-1, weight.size(0)}), x_rows = x.reshape({-1, weight.size(1)});
    return {matmul(g, weight), matmul(g_rows.mT(), x_rows), rule(g)};
  });
}

void judge_linear(Judge& judge, const BiasRule& rule) {
  const Input weight{"W (out, in)", sample({2, 3}, 2)}, bias{"b (out)", sample({2}, 3)};
  const auto f = [&](const std::vector<Variable>& x) { return my_linear(x[0], x[1], x[2], rule); };
  judge.gradients("rows in one dim", {{"x (N, in)", sample({4, 3}, 4)}, weight, bias}, f);
  judge.gradients("rows in two dims", {{"x (B, T, in)", sample({2, 3, 3}, 5)}, weight, bias}, f);
}

Exercise linear_exercise() {
  return {
      .name = "my_linear",
      .title = "The gradient of a bias",
      .lesson = "lessons/04-matmul/page.md",
      .source = "core/ops/matmul.cpp",
      .task =
          {"`y = x Wᵀ + b`. x has the shape (..., in), W (out, in), b (out) and y (..., out). The dots are "
           "any "
           "dims, such as (N) or (B, T).",
           "The rule is told `g = dL/dy`. It returns `dx = g W` and `dW = gᵀ x`, with all rows below each "
           "other, and `db`."},
      .question = "Which line gives db?",
      .choices = choices<BiasRule>(
          judge_linear,
          {{"db = sum(g.reshape({-1, out}), 0)", "",
            [](auto& g) -> Variable {
              return sum(g.reshape({-1, g.size(-1)}), 0);
            }},
           {"db = sum(g, 0)",
            "x may be (B, T, in): how often is b used then, and which dims does this sum leave?",
            [](auto& g) -> Variable { return sum(g, 0); }},
           {"db = mean(g.reshape({-1, out}), 0)",
            "Each row of y has b in it: do their gradients add up, or are "
            "they averaged?",
            [](auto& g) -> Variable {
              return mean(g.reshape({-1, g.size(-1)}), 0);
            }},
           {"db = sum(g.reshape({out, -1}), 1)",
            "Write g down as it lies in memory, row after row: which numbers does this reshape bring "
            "together?",
            [](auto& g) -> Variable {
              return sum(g.reshape({g.size(-1), -1}), 1);
            }},
           {"db = sum_to(g, b.shape())", "", [](auto& g) -> Variable { return sum_to(g, {g.size(-1)}); }}}),
      .why =
          "b is broadcast to every row, so its gradient is the sum over all rows, however many dims they "
          "stand in. "
          "`sum_to` undoes any broadcast in this way."};
}

/// From Gₙ (N, M, P) and Aₙ (N, M, K) to the gradient of B (P, K).
using SharedRule = Variable (*)(const Variable& g, const Variable& a);

Variable my_transpose_matmul(const Variable& a, const Variable& b, SharedRule rule) {
  const Tensor value = matmul(a.value(), b.value().mT()).value();
  return record("my_transpose_matmul", value, {a, b}, {a, b}, [rule](const Replay& r) -> Gradients {
    const Variable g = r.grad(), a = r.saved(0), b = r.saved(1);
    return {matmul(g, b), rule(g, a)};
  });
}

void judge_transpose_matmul(Judge& judge, const SharedRule& rule) {
  judge.gradients("gradients", {{"A (N, M, K)", sample({2, 3, 2}, 6)}, {"B (P, K)", sample({2, 2}, 7)}},
                  [&](const std::vector<Variable>& x) { return my_transpose_matmul(x[0], x[1], rule); });
}

Exercise transpose_matmul_exercise() {
  return {
      .name = "my_transpose_matmul",
      .title = "A Bᵀ for a batch",
      .lesson = "lessons/04-matmul/page.md",
      .source = "core/ops/matmul.cpp",
      .task = {"`Cₙ = Aₙ Bᵀ` for N matrices Aₙ of shape (M, K) and one shared B of shape (P, K). So element "
               "(m, p) of "
               "Cₙ is Σₖ aₙ(m, k) · b(p, k).",
               "The rule is told `Gₙ = dL/dCₙ` and returns `dAₙ = Gₙ B`, and `dB` of shape (P, K)."},
      .question = "Which line gives dB?",
      .choices = choices<SharedRule>(
          judge_transpose_matmul,
          {{"dB = Σₙ Gₙᵀ Aₙ", "", [](auto& g, auto& a) -> Variable { return sum(matmul(g.mT(), a), 0); }},
           {"dB = Σₙ Aₙᵀ Gₙ",
            "The shape of this product is (K, P), which is that of B only because P = K here: what are its "
            "indices?",
            [](auto& g, auto& a) -> Variable { return sum(matmul(a.mT(), g), 0); }},
           {"dB = (Σₙ Gₙᵀ Aₙ) / N",
            "All N products use the same B: what happens to gradients that arrive on "
            "several paths?",
            [](auto& g, auto& a) -> Variable { return mean(matmul(g.mT(), a), 0); }},
           {"dB = Gₙᵀ Aₙ, for each n", "How many matrices B are there, and how many does this return?",
            [](auto& g, auto& a) -> Variable { return matmul(g.mT(), a); }},
           {"dB = (Σₙ Aₙᵀ Gₙ)ᵀ", "",
            [](auto& g, auto& a) -> Variable { return sum(matmul(a.mT(), g), 0).mT(); }}}),
      .why =
          "db(p, k) = Σₙ Σₘ gₙ(m, p) · aₙ(m, k): column p of Gₙ with column k of Aₙ. (Aᵀ G)ᵀ is the same as "
          "Gᵀ A."};
}

}  // namespace

std::vector<Exercise> matrix_exercises() {
  return {embedding_exercise(), linear_exercise(), transpose_matmul_exercise()};
}

}  // namespace xgrad::web
