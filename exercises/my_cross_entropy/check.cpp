#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor scores = tensor({{0.0, std::log(2.0), std::log(7.0)}});
  judge.values(
      "values", [&] { return my_cross_entropy(scores, tensor({1})); }, tensor(std::log(5.0)));
  judge.that("the mean of many rows", [] {
    const Tensor x = randn({5, 4}), targets = tensor({3, 0, 0, 2, 1});
    Judge::must_equal(my_cross_entropy(x, targets), cross_entropy(x, targets).value(), 1e-5);
  });
  judge.gradients("gradients", my_cross_entropy, {randn({3, 4}), tensor({3, 0, 2})});
  judge.values(
      "rows far apart",
      [] {
        return my_cross_entropy(tensor({{1000.0, 1000.0}, {0.0, 0.0}, {-1000.0, -1000.0}}),
                                tensor({0, 1, 0}));
      },
      tensor(std::log(2.0)));
  // The loss, then the gradient of a single row.
  const auto row = [](const Tensor& x, double loss, const Tensor& slope) {
    const Variable leaf(x, true), mine = my_cross_entropy(leaf, tensor({1}));
    Judge::must_equal(mine, tensor(loss), 1e-5);
    mine.backward();
    Judge::must_equal(leaf.grad(), slope, 1e-5, "the gradient");
  };
  judge.that("large scores", [&] { row(tensor({{200.0, 0.0, 0.0}}), 200, tensor({{1.0, -1.0, 0.0}})); });
  judge.that("minus infinity", [&] {
    row(tensor({{0.0, 0.0, -infinity}}), std::log(2.0), tensor({{0.5, -0.5, 0.0}}));
  });
  judge.refuses<std::invalid_argument>(
      "target too large", [&] { my_cross_entropy(scores, tensor({3})); }, "class 3 of 3 classes, 0 to 2,",
      "3");
  judge.refuses<std::invalid_argument>(
      "target below 0", [&] { my_cross_entropy(scores, tensor({-1})); }, "class -1", "-1");
  judge.values(
      "float64",
      [] {
        return my_cross_entropy(tensor({{0.0, std::log(2.0), std::log(7.0)}}, float64), tensor({2}));
      },
      tensor(std::log(10.0 / 7), float64), 1e-14);
  const Tensor large = randn({256, 1024}), targets = randint(0, 1024, {256});
  judge.speed(
      "forward of 256 rows of 1,024", [&] { my_cross_entropy(large, targets); },
      [&] { cross_entropy(large, targets); });
}
