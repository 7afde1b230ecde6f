#include "judge.hpp"

#include STUDENT

// The three tokens of lesson 09, as one text with one head.
const Tensor q3 = tensor({{{{1.0, 0.0}, {0.0, 2.0}, {1.0, 1.0}}}});
const Tensor k3 = tensor({{{{0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}}});
const Tensor v3 = tensor({{{{1.0, 0.0}, {0.0, 1.0}, {2.0, 2.0}}}});

void checks(Judge& judge) {
  const double a = std::exp(1 / std::sqrt(2.0)), b = std::exp(std::sqrt(2.0));
  judge.values(
      "by hand", [&] { return my_attention(q3, k3, v3); },
      tensor({{{{1.0, 3 * a / (1 + 2 * a)},
                {3 * b / (1 + 2 * b), 1.0},
                {(a + 2 * b) / (2 * a + b), (a + 2 * b) / (2 * a + b)}}}}));
  judge.values(
      "equal scores",
      [] {
        return my_attention(zeros({1, 1, 2, 4}), ones({1, 1, 3, 4}), v3);
      },
      tensor({{{{1.0, 1.0}, {1.0, 1.0}}}}));
  judge.that("four sizes", [] {
    const Tensor q = randn({2, 3, 4, 5}), k = randn({2, 3, 6, 5}), v = randn({2, 3, 6, 7});
    Judge::must_equal(my_attention(q, k, v), nn::scaled_dot_product_attention(q, k, v).output.value(), 1e-5);
  });
  judge.that("one key", [] {
    const Tensor v = randn({2, 2, 1, 3});
    const Tensor repeated = v.expand({2, 2, 4, 3});
    Judge::must_equal(my_attention(randn({2, 2, 4, 5}), randn({2, 2, 1, 5}), v), repeated, 1e-6);
  });
  judge.values(
      "large scores", [] { return my_attention(q3 * 1000, k3, v3); },
      tensor({{{{1.0, 1.5}, {1.5, 1.0}, {2.0, 2.0}}}}));
  judge.gradients("gradients", my_attention, {randn({1, 2, 2, 3}), randn({1, 2, 3, 3}), randn({1, 2, 3, 2})});
  judge.values(
      "no queries",
      [] {
        return my_attention(zeros({1, 2, 0, 3}), ones({1, 2, 4, 3}), ones({1, 2, 4, 5}));
      },
      zeros({1, 2, 0, 5}));
  judge.that("float64", [] {
    const Tensor q = randn({1, 1, 2, 3}, float64), k = randn({1, 1, 4, 3}, float64);
    Judge::must_equal(my_attention(q, k, k), nn::scaled_dot_product_attention(q, k, k).output.value(), 1e-12);
  });
  const Tensor x = randn({2, 4, 128, 32});
  judge.speed(
      "forward of 2 texts, 4 heads, 128 tokens", [&] { my_attention(x, x, x); },
      [&] { nn::scaled_dot_product_attention(x, x, x); });
}
