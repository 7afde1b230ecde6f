#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  const std::vector<Variable> inputs = {randn({4, 3}), randn({3}), randn({3})};
  const Tensor x = tensor({{1.0, 13.0}, {7.0, 73.0}, {9.0, 93.0}, {15.0, 153.0}});  // 10 times as large, + 3
  judge.values(
      "values", [&] { return my_batch_norm(x, zeros({2}), ones({2}), ones({2}), zeros({2}), true, 0.1, 0); },
      tensor({{-1.4, -1.4}, {-0.2, -0.2}, {0.2, 0.2}, {1.4, 1.4}}));
  judge.that("running averages", [&] {
    const Tensor mean = zeros({2}), variance = ones({2});
    my_batch_norm(x, mean, variance, ones({2}), zeros({2}), true, 0.1);
    Judge::must_equal(mean, tensor({0.8, 8.3}), 1e-5, "running_mean");
    Judge::must_equal(variance, tensor({0.9 + 10.0 / 3, 0.9 + 1000.0 / 3}), 1e-5, "running_var");
  });
  judge.that("many batches", [] {
    const Tensor mean = zeros({3}), variance = ones({3}), mean2 = zeros({3}), variance2 = ones({3});
    const Tensor gamma = randn({3}), beta = randn({3});
    for (int batch = 1; batch <= 3; ++batch) {
      const Tensor x = randn({5, 3});
      const Variable y = my_batch_norm(x, mean, variance, gamma, beta, true, 0.3, 0.5);
      const Tensor wanted = batch_norm(x, mean2, variance2, gamma, beta, true, 0.3, 0.5).value();
      Judge::must_equal(y, wanted, 1e-5, "batch ", batch);
    }
    Judge::must_equal(mean, mean2, 1e-5, "running_mean after 3 batches");
    Judge::must_equal(variance, variance2, 1e-5, "running_var after 3 batches");
  });
  judge.gradients(
      "gradients in training",
      [](const Variable& x, const Variable& gamma, const Variable& beta) {
        return my_batch_norm(x, zeros({3}), ones({3}), gamma, beta, true);
      },
      inputs);
  judge.that("evaluation", [] {
    const Tensor mean = tensor({2.0}), variance = tensor({1.0}), batch = tensor({{4.0}, {2.0}, {-6.0}});
    const auto evaluate = [&](const Tensor& x) {
      return my_batch_norm(x, mean, variance, ones({1}), ones({1}), false, 0.1, 3);
    };
    Judge::must_equal(evaluate(batch), tensor({{2.0}, {1.0}, {-3.0}}), 1e-5);
    Judge::must_equal(evaluate(batch.slice(0, 0, 1)), tensor({{2.0}}), 1e-5, "a row alone");
    Judge::must(mean.item<float>() == 2 && variance.item<float>() == 1, "it moves the running Tensors");
  });
  judge.gradients(
      "gradients in evaluation",
      [](const Variable& x, const Variable& gamma, const Variable& beta) {
        const Tensor half = full({3}, 0.5, x.dtype());
        return my_batch_norm(x, half, half, gamma, beta, false);
      },
      inputs);
  judge.refuses<std::invalid_argument>(
      "one row",
      [] {
        my_batch_norm(randn({1, 2}), zeros({2}), ones({2}), ones({2}), zeros({2}), true);
      },
      "training on a single row");
  const Tensor large = randn({256, 512}), mean = zeros({512}), variance = ones({512});
  const Tensor gamma = ones({512}), beta = zeros({512});
  judge.speed(
      "training, forward of 256 rows of 512",
      [&] { my_batch_norm(large, mean, variance, gamma, beta, true); },
      [&] { batch_norm(large, mean, variance, gamma, beta, true); });
}
