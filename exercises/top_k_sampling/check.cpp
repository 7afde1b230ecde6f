#include <limits>

#include "judge.hpp"

#include STUDENT

constexpr double forbidden = -std::numeric_limits<double>::infinity();

// How often each token is drawn, as a share of all draws, beside the probabilities.
void compare_shares(const std::vector<double>& logits, std::int64_t k, double temperature,
                    const std::vector<double>& expected) {
  const std::int64_t draws = 20000, size = static_cast<std::int64_t>(logits.size());
  Generator generator(1);
  const Tensor tokens = my_sample(tensor(logits).expand({draws, size}), k, temperature, generator);
  Judge::must(tokens.shape() == Shape{draws} && tokens.dtype() == int64,
              "the tokens must be an int64 Tensor of shape (B)");
  std::vector<double> share(logits.size());
  for (const std::int64_t token : tokens.to_vector<std::int64_t>()) {
    Judge::must(token >= 0 && token < size, "it draws token ", token, " of ", size);
    share[static_cast<std::size_t>(token)] += 1.0 / draws;
  }
  for (std::size_t i = 0; i < share.size(); ++i) {
    Judge::must(std::abs(share[i] - expected[i]) < (expected[i] > 0 ? 0.02 : 1e-9), "with k = ", k,
                " and temperature ", temperature, ", the share of token ", i, " is ", share[i],
                "; its probability is ", expected[i]);
  }
}

void checks(Judge& judge) {
  judge.that("filter", [] {
    const Tensor logits = tensor({{0.5, -1.0, 3.0, 2.0}, {9.0, 8.0, -7.0, 8.5}}), before = logits.clone();
    Judge::must_equal(my_top_k(logits, 2),
                      tensor({{forbidden, forbidden, 3.0, 2.0}, {9.0, forbidden, forbidden, 8.5}}), 0);
    Judge::must(equal(logits, before), "the caller's logits were changed");
  });
  judge.values(
      "ties",
      [] {
        return my_top_k(tensor({{3.0, 1.0, 2.0, 2.0}, {5.0, 5.0, 5.0, 4.0}}), 2);
      },
      tensor({{3.0, forbidden, 2.0, 2.0}, {5.0, 5.0, 5.0, forbidden}}));
  judge.that("k from 1 to more than V, both dtypes", [] {
    for (const DType dtype : {float32, float64}) {
      const Tensor logits = randn({3, 5}, dtype);
      for (const std::int64_t k : {1, 3, 5, 9}) {
        Judge::must_equal(my_top_k(logits, k), nn::keep_top_k(logits, k), 0, "k = ", k, " of 5");
      }
    }
  });
  judge.refuses<std::invalid_argument>(
      "k = 0",
      [] {
        my_top_k(zeros({1, 3}), 0);
      },
      "k = 0");
  judge.that("shares", [] { compare_shares({std::log(4), std::log(2), 0}, 2, 1, {2.0 / 3, 1.0 / 3, 0}); });
  judge.that("temperature", [] {
    compare_shares({std::log(4), std::log(2), 0}, 2, 0.5, {0.8, 0.2, 0});
    compare_shares({std::log(16), 0, 0}, 3, 2, {2.0 / 3, 1.0 / 6, 1.0 / 6});
  });
  judge.that("logits of 1000", [] { compare_shares({1000, 1000, 999}, 2, 1, {0.5, 0.5, 0}); });
  judge.that("generator", [] {
    const Tensor logits = zeros({200, 50});
    const GeneratorState before = default_generator().state();
    Generator one(5), same(5), other(6);
    const Tensor a = my_sample(logits, 50, 1, one), b = my_sample(logits, 50, 1, same),
                 c = my_sample(logits, 50, 1, other);
    Judge::must(default_generator().state() == before,
                "the default generator was used; it must be the given one");
    Judge::must(equal(a, b), "two generators of one seed give different tokens");
    Judge::must(!equal(a, c), "two generators of different seeds give the same tokens");
  });
  const Tensor large = randn({8, 32000});
  judge.speed(
      "filter of 8 rows of 32,000 logits", [&] { my_top_k(large, 50); }, [&] { nn::keep_top_k(large, 50); });
}
