// my_multi_head: one row cut into heads.

#include <xgrad/nn/heads.hpp>

#include "exercise.hpp"

namespace xgrad::web {
namespace {

/// From x (B, T, D) to heads (B, H, T, d).
using Split = Variable (*)(const Variable& x, std::int64_t H);

Variable attend(const nn::MultiHeadAttention& mha, const Variable& x, Split split) {
  const auto heads = [&](const nn::Linear& W) { return split(W(x), mha.num_heads); };
  const Variable context =
      nn::scaled_dot_product_attention(heads(mha.W_q), heads(mha.W_k), heads(mha.W_v)).output;
  return mha.W_o(nn::join_heads(context));
}

void judge_split(Judge& judge, const Split& split) {
  Generator generator(32);
  const nn::MultiHeadAttention mha(4, 2, {.dtype = float64}, generator);
  const Tensor x = sample({1, 3, 4}, 33);
  // Numbers that say where they come from: 10 · token + column.
  const Tensor rows = (arange(3, float64).reshape({1, 3, 1}) * 10 + arange(4, float64)).value();
  judge.equal(
      "2 heads of 3 tokens", {{"x (B, T, D)", rows}}, [&] { return split(rows, 2); },
      nn::split_heads(rows, 2).value(), "the library's heads");
  judge.equal(
      "attention with them", {{"x (B, T, D)", x}}, [&] { return attend(mha, x, split); },
      mha(x, x, x).value(), "the library's MultiHeadAttention");
}

}  // namespace

Exercise multi_head() {
  return {
      .name = "my_multi_head",
      .title = "From one row to heads",
      .lesson = "lessons/10-many-heads/page.md",
      .source = "nn/heads.hpp",
      .task = {"x has the shape (B, T, D). Each of H heads gets d = D / H numbers of every token: head h the "
               "columns h · d "
               "to (h + 1) · d. Attention takes the shape (B, H, T, d).",
               "`reshape` keeps the order of the numbers in memory. `transpose(i, j)` swaps two dims, and "
               "`mT()` the "
               "last two."},
      .question = "Which line gives the heads?",
      .choices = choices<Split>(
          judge_split, {{"x.reshape({B, T, H, d}).transpose(1, 2)", "",
                         [](auto& x, std::int64_t H) -> Variable {
                           return x.reshape({x.size(0), x.size(1), H, x.size(2) / H}).transpose(1, 2);
                         }},
                        {"x.reshape({B, H, T, d})",
                         "Write down the numbers as they lie in memory: which of them does head 0 get?",
                         [](auto& x, std::int64_t H) -> Variable {
                           return x.reshape({x.size(0), H, x.size(1), x.size(2) / H});
                         }},
                        {"x.reshape({B, T, H, d})",
                         "The shape is not yet (B, H, T, d): over which dim would attention run?",
                         [](auto& x, std::int64_t H) -> Variable {
                           return x.reshape({x.size(0), x.size(1), H, x.size(2) / H});
                         }},
                        {"x.reshape({B, T, d, H}).permute({0, 3, 1, 2})",
                         "Head 0 has to get the first d columns: does it get neighbours here?",
                         [](auto& x, std::int64_t H) -> Variable {
                           return x.reshape({x.size(0), x.size(1), x.size(2) / H, H}).permute({0, 3, 1, 2});
                         }},
                        {"x.transpose(1, 2).reshape({B, H, d, T}).mT()", "",
                         [](auto& x, std::int64_t H) -> Variable {
                           return x.transpose(1, 2).reshape({x.size(0), H, x.size(2) / H, x.size(1)}).mT();
                         }}}),
      .why =
          "The columns of a row are cut into H pieces first, and then the dims change places. "
          "`x.reshape({B, T, H, d}).transpose(1, 2)` makes views only: it moves no number."};
}

}  // namespace xgrad::web
