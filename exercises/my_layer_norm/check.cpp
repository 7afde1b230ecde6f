#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  const Tensor one = ones({4}), zero = zeros({4}), by_hand = tensor({-1.4, -0.2, 0.2, 1.4});
  judge.values(
      "values",
      [&] {
        return my_layer_norm(tensor({1.0, 7.0, 9.0, 15.0}), one, zero, 0);
      },
      by_hand);
  judge.that("every row", [] {
    const Tensor x = randn({2, 3, 4}), gamma = randn({4}), beta = randn({4});
    Judge::must_equal(my_layer_norm(x, gamma, beta), layer_norm(x, gamma, beta).value(), 1e-5);
  });
  judge.values(
      "eps",
      [&] {
        return my_layer_norm(tensor({-1.0, 1.0}), ones({2}), zeros({2}), 3);
      },
      tensor({-0.5, 0.5}));
  judge.gradients("gradients",
                  [](const Variable& x, const Variable& gamma, const Variable& beta) {
                    return my_layer_norm(x, gamma, beta);
                  },
                  {randn({2, 2, 3}), randn({3}), randn({3})});
  judge.gradients(
      "gradients, eps 0.5",
      [](const Variable& x, const Variable& gamma, const Variable& beta) {
        return my_layer_norm(x, gamma, beta, 0.5);
      },
      {randn({2, 2, 3}), randn({3}), randn({3})}, /*orders=*/1);
  judge.values(
      "far from zero",
      [&] {
        return my_layer_norm(tensor({4097.0, 4103.0, 4105.0, 4111.0}), one, zero, 0);
      },
      by_hand);
  judge.that("equal numbers", [] {
    const Tensor beta = tensor({1.0, 2.0, 3.0});
    Judge::must_equal(my_layer_norm(full({3}, 5.0), ones({3}), beta), beta, 1e-5, "x = (5, 5, 5)");
    Judge::must_equal(my_layer_norm(tensor({{7.0}}), ones({1}), zeros({1})), zeros({1, 1}), 0,
                      "a row of one number");
  });
  judge.one_node([&] {
    return my_layer_norm(Variable(randn({2, 4}), true), Variable(one, true), Variable(zero, true));
  });
  judge.values(
      "float64",
      [] {
        return my_layer_norm(tensor({1.0, 7.0, 9.0, 15.0}, float64), ones({4}, float64), zeros({4}, float64),
                             0);
      },
      tensor({-1.4, -0.2, 0.2, 1.4}, float64), 1e-14);
  const Tensor large = randn({256, 768}), gamma = ones({768}), beta = zeros({768});
  judge.speed(
      "forward of 256 rows of 768", [&] { my_layer_norm(large, gamma, beta); },
      [&] { layer_norm(large, gamma, beta); });
}
