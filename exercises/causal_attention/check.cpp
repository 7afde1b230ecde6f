#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  const double b = std::exp(std::sqrt(2.0)), a = std::exp(1 / std::sqrt(2.0));
  judge.values(
      "by hand",
      [] {
        return causal_attention(tensor({{{{1.0, 0.0}, {0.0, 2.0}, {1.0, 1.0}}}}),
                                tensor({{{{0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}}}),
                                tensor({{{{1.0, 0.0}, {0.0, 1.0}, {2.0, 2.0}}}}));
      },
      tensor({{{{1.0, 0.0},
                {b / (1 + b), 1 / (1 + b)},
                {(a + 2 * b) / (2 * a + b), (a + 2 * b) / (2 * a + b)}}}}));
  judge.that("weights add up to 1", [] {  // so the mean of equal values is this value
    const Variable y = causal_attention(randn({2, 2, 5, 3}), randn({2, 2, 5, 3}), ones({2, 2, 5, 1}));
    Judge::must_equal(y, ones({2, 2, 5, 1}), 1e-5);
  });
  judge.that("as the library", [] {
    const Tensor q = randn({2, 3, 6, 4}), k = randn({2, 3, 6, 4}), v = randn({2, 3, 6, 5});
    Judge::must_equal(causal_attention(q, k, v),
                      nn::scaled_dot_product_attention(q, k, v, {.mask = nn::Mask::causal()}).output.value(),
                      1e-5);
  });
  judge.that("with a cache", [] {  // the newest queries alone give the last rows of all
    const Tensor q = randn({1, 2, 6, 4}), k = randn({1, 2, 6, 4}), v = randn({1, 2, 6, 4});
    const Tensor all = nn::scaled_dot_product_attention(q, k, v, {.mask = nn::Mask::causal()}).output.value();
    for (const std::int64_t T_q : {1, 2, 5}) {
      Judge::must_equal(causal_attention(q.slice(2, 6 - T_q), k, v), all.slice(2, 6 - T_q).contiguous(), 1e-5,
                        "T_q = ", T_q, ", T_k = 6");
    }
  });
  judge.that("large scores", [] {
    Judge::must_equal(causal_attention(tensor({{{{1e15}, {0.0}}}}), tensor({{{{-1e15}, {0.0}}}}),
                                       tensor({{{{1.0}, {3.0}}}})),
                      tensor({{{{1.0}, {2.0}}}}), 1e-5,
                      "query 0 sees a score of -1e30, and a score of 0 is hidden");
  });
  judge.gradients("gradients", causal_attention,
                  {randn({1, 1, 2, 3}), randn({1, 1, 3, 3}), randn({1, 1, 3, 2})});
  judge.that("float64", [] {
    const Tensor x = randn({1, 1, 3, 2}, float64);
    Judge::must_equal(causal_attention(x, x, x),
                      nn::scaled_dot_product_attention(x, x, x, {.mask = nn::Mask::causal()}).output.value(),
                      1e-12);
  });
  judge.refuses(
      "more queries than keys",
      [] {
        causal_attention(zeros({1, 1, 3, 2}), zeros({1, 1, 2, 2}), zeros({1, 1, 2, 2}));
      },
      "T_q = 3 with T_k = 2");
  const Tensor x = randn({2, 4, 128, 32});
  judge.speed(
      "forward of 2 texts, 4 heads, 128 tokens", [&] { causal_attention(x, x, x); },
      [&] { nn::scaled_dot_product_attention(x, x, x, {.mask = nn::Mask::causal()}); });
}
