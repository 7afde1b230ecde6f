#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  manual_seed(0);
  const std::vector<Variable> inputs = {randn({3, 4}), tensor({3, 0, 2})};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor scores = tensor({{0.0, std::log(2.0), std::log(7.0)}});
  judge.values(
      "values", [&] { return my_cross_entropy(scores, tensor({1})); }, tensor(std::log(5.0)));
  judge.that("the mean of many rows", []() -> std::string {
    const Tensor x = randn({5, 4}), targets = tensor({3, 0, 0, 2, 1});
    return Judge::difference(my_cross_entropy(x, targets), cross_entropy(x, targets).value(), 1e-5);
  });
  judge.gradients("gradients", my_cross_entropy, inputs);
  judge.values(
      "rows far apart",
      [] {
        return my_cross_entropy(tensor({{1000.0, 1000.0}, {0.0, 0.0}, {-1000.0, -1000.0}}),
                                tensor({0, 1, 0}));
      },
      tensor(std::log(2.0)));
  // The loss, then the gradient of a single row.
  const auto row = [](const Tensor& x, double loss, const Tensor& slope) -> std::string {
    const Variable leaf(x, true), mine = my_cross_entropy(leaf, tensor({1}));
    const std::string wrong = Judge::difference(mine, tensor(loss), 1e-5);
    if (!wrong.empty()) return wrong;
    mine.backward();
    const std::string wrong_slope = Judge::difference(leaf.grad(), slope, 1e-5);
    return wrong_slope.empty() ? "" : "the gradient: " + wrong_slope;
  };
  judge.that("large scores", [&] {
    return row(tensor({{200.0, 0.0, 0.0}}), 200, tensor({{1.0, -1.0, 0.0}}));
  });
  judge.that("minus infinity", [&] {
    return row(tensor({{0.0, 0.0, -infinity}}), std::log(2.0), tensor({{0.5, -0.5, 0.0}}));
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
