#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  judge.values(
      "by hand",  // equal scores: the mean of the last two values
      [] {
        return sliding_window(zeros({1, 1, 4, 1}), zeros({1, 1, 4, 1}),
                              tensor({{{{1.0}, {3.0}, {7.0}, {9.0}}}}), 2);
      },
      tensor({{{{1.0}, {2.0}, {5.0}, {8.0}}}}));
  judge.that("a window of 1", [] {
    const Tensor v = randn({2, 2, 5, 3});
    Judge::must_equal(sliding_window(randn({2, 2, 5, 4}), randn({2, 2, 5, 4}), v, 1), v, 1e-6);
  });
  judge.that("the future is hidden", [] {  // other last tokens, the same outputs before
    const Tensor q = randn({1, 2, 6, 3}), k = randn({1, 2, 6, 3}), v = randn({1, 2, 6, 3});
    const Tensor first = sliding_window(q, k, v, 3).value().slice(2, 0, 4).contiguous();
    k.slice(2, 4).fill_(2);
    v.slice(2, 4).fill_(-7);
    Judge::must_equal(sliding_window(q, k, v, 3).slice(2, 0, 4), first, 0,
                      "other tokens 4 and 5 change the outputs of tokens 0 to 3");
  });
  judge.that("a wide window", [] {
    const Tensor x = randn({2, 2, 5, 3});
    const Tensor causal =
        nn::scaled_dot_product_attention(x, x, x, {.mask = nn::Mask::causal()}).output.value();
    for (const std::int64_t n : {5, 6, 1000}) {
      Judge::must_equal(sliding_window(x, x, x, n), causal, 1e-5, "n = ", n, " with 5 keys");
    }
  });
  judge.that("with a cache", [] {  // the newest queries alone give the last rows of all
    const Tensor q = randn({1, 2, 6, 4}), k = randn({1, 2, 6, 4}), v = randn({1, 2, 6, 4});
    const Tensor all =
        nn::scaled_dot_product_attention(q, k, v, {.mask = nn::Mask::window(2, 0)}).output.value();
    for (const std::int64_t T_q : {1, 2, 6}) {
      Judge::must_equal(sliding_window(q.slice(2, 6 - T_q), k, v, 3), all.slice(2, 6 - T_q).contiguous(),
                        1e-5, "T_q = ", T_q, ", T_k = 6, n = 3");
    }
  });
  judge.that("large scores", [] {
    Judge::must_equal(sliding_window(tensor({{{{1e15}, {0.0}}}}), tensor({{{{-1e15}, {0.0}}}}),
                                     tensor({{{{1.0}, {3.0}}}}), 2),
                      tensor({{{{1.0}, {2.0}}}}), 1e-5,
                      "query 0 sees a score of -1e30, and a score of 0 is hidden");
  });
  judge.gradients(
      "gradients",
      [](const Variable& q, const Variable& k, const Variable& v) { return sliding_window(q, k, v, 2); },
      {randn({1, 1, 3, 2}), randn({1, 1, 4, 2}), randn({1, 1, 4, 2})});
  judge.refuses(
      "no window",
      [] {
        sliding_window(zeros({1, 1, 2, 2}), zeros({1, 1, 2, 2}), zeros({1, 1, 2, 2}), 0);
      },
      "n = 0");
  judge.refuses(
      "more queries than keys",
      [] {
        sliding_window(zeros({1, 1, 3, 2}), zeros({1, 1, 2, 2}), zeros({1, 1, 2, 2}), 2);
      },
      "T_q = 3 with T_k = 2");
  const Tensor x = randn({1, 4, 128, 32});
  judge.speed(
      "forward of 4 heads, 128 tokens, n = 16", [&] { sliding_window(x, x, x, 16); },
      [&] { nn::scaled_dot_product_attention(x, x, x, {.mask = nn::Mask::window(15, 0)}); });
}
