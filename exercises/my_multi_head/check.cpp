#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  judge.values(
      "split",  // two tokens of four columns, two heads
      [] {
        return my_split(tensor({{{1.0, 2.0, 3.0, 4.0}, {5.0, 6.0, 7.0, 8.0}}}), 2);
      },
      tensor({{{{1.0, 2.0}, {5.0, 6.0}}, {{3.0, 4.0}, {7.0, 8.0}}}}));
  judge.values(
      "join",
      [] {
        return my_join(tensor({{{{1.0, 2.0}, {5.0, 6.0}}, {{3.0, 4.0}, {7.0, 8.0}}}}));
      },
      tensor({{{1.0, 2.0, 3.0, 4.0}, {5.0, 6.0, 7.0, 8.0}}}));
  judge.that("parameters", [] {
    std::string yours, ours;
    for (const auto& [name, parameter] : MyMultiHead(8, 2).named_parameters()) yours += " " + name;
    for (const auto& [name, parameter] : nn::MultiHeadAttention(8, 2).named_parameters()) ours += " " + name;
    Judge::must(yours == ours, "visit must name", ours, "; yours names", yours);
  });
  const auto compare = [](std::int64_t H, std::int64_t T_q, std::int64_t T_k) {
    manual_seed(0);
    const MyMultiHead yours(12, H);
    manual_seed(0);  // the same weights again
    const nn::MultiHeadAttention ours(12, H);
    const Tensor Q = randn({2, T_q, 12}), K = randn({2, T_k, 12}), V = randn({2, T_k, 12});
    Judge::must_equal(yours(Q, K, V), ours(Q, K, V).value(), 1e-5);
  };
  judge.that("one head", [&] { compare(1, 3, 3); });
  judge.that("three heads", [&] { compare(3, 4, 4); });
  judge.that("more keys than queries", [&] { compare(2, 3, 5); });
  judge.that("gradients", [] {
    const MyMultiHead module(4, 2);
    for (const int order : {1, 2}) {
      const GradcheckResult result =
          gradcheck(module, {randn({1, 2, 4}), randn({1, 3, 4}), randn({1, 3, 4})}, {.order = order});
      Judge::must(bool(result), result.message());
    }
  });
  judge.refuses(
      "heads that do not divide", [] { MyMultiHead(8, 3); }, "8 columns in 3 heads");
  const MyMultiHead yours(64, 4);
  const nn::MultiHeadAttention ours(64, 4);
  const Tensor x = randn({2, 64, 64});
  judge.speed(
      "forward of 2 texts, 4 heads, 64 tokens", [&] { yours(x, x, x); }, [&] { ours(x, x, x); });
}
