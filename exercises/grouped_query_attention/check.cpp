#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  judge.values(
      "which head",  // four query heads; key head 0 has the values 10, key head 1 the values 20
      [] {
        return grouped_query_attention(zeros({1, 4, 2, 3}), zeros({1, 2, 2, 3}),
                                       tensor({{{{10.0}, {10.0}}, {{20.0}, {20.0}}}}));
      },
      tensor({{{{10.0}, {10.0}}, {{10.0}, {10.0}}, {{20.0}, {20.0}}, {{20.0}, {20.0}}}}));
  const auto compare = [](std::int64_t H, std::int64_t H_k) {
    const Tensor q = randn({2, H, 3, 4}), k = randn({2, H_k, 5, 4}), v = randn({2, H_k, 5, 6});
    Judge::must_equal(grouped_query_attention(q, k, v),
                      nn::scaled_dot_product_attention(q, k, v).output.value(), 1e-5);
  };
  judge.that("six heads, two key heads", [&] { compare(6, 2); });
  judge.that("as many key heads as heads", [&] { compare(3, 3); });
  judge.that("one key head", [&] { compare(4, 1); });
  judge.values(
      "one query",  // its weights add up to 1, so the mean of equal values is this value
      [] {
        return grouped_query_attention(zeros({1, 2, 1, 2}), zeros({1, 2, 3, 2}), ones({1, 2, 3, 2}));
      },
      ones({1, 2, 1, 2}));
  judge.gradients("gradients", grouped_query_attention,
                  {randn({1, 4, 2, 2}), randn({1, 2, 3, 2}), randn({1, 2, 3, 2})});
  judge.refuses(
      "heads that do not divide",
      [] {
        grouped_query_attention(zeros({1, 5, 2, 3}), zeros({1, 2, 2, 3}), zeros({1, 2, 2, 3}));
      },
      "H = 5 with H_k = 2");
  judge.refuses(
      "more key heads than heads",
      [] {
        grouped_query_attention(zeros({1, 2, 2, 3}), zeros({1, 4, 2, 3}), zeros({1, 4, 2, 3}));
      },
      "H = 2 with H_k = 4");
  const Tensor q = randn({1, 8, 128, 32}), k = randn({1, 2, 128, 32});
  judge.speed(
      "forward of 8 heads, 2 key heads, 128 tokens", [&] { grouped_query_attention(q, k, k); },
      [&] { nn::scaled_dot_product_attention(q, k, k); });
}
