#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  manual_seed(0);
  const std::vector<Variable> inputs = {randn({2, 3})};
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor x = tensor({0.0, std::log(2.0), std::log(7.0)});
  judge.values(
      "values", [&] { return my_softmax(x); }, tensor({0.1, 0.2, 0.7}));
  judge.that("every row", []() -> std::string {
    const Tensor rows = randn({2, 3, 4});
    return Judge::difference(my_softmax(rows), softmax(rows, -1).value(), 1e-5);
  });
  judge.gradients("gradients", my_softmax, inputs);
  judge.that("large scores", []() -> std::string {
    for (const double size : {1000.0, -1000.0}) {
      const std::string wrong = Judge::difference(my_softmax(full({1, 2}, size)), full({1, 2}, 0.5), 1e-5);
      if (!wrong.empty()) return "of two scores of " + std::to_string(static_cast<int>(size)) + ": " + wrong;
    }
    const double p = 1 / (1 + std::exp(-1.0));  // differences count, however large the scores are
    const Tensor scores = tensor({{1000.0, 999.0}, {-1000.0, -1001.0}}),
                 expected = tensor({{p, 1 - p}, {p, 1 - p}});
    const std::string wrong = Judge::difference(my_softmax(scores), expected, 1e-5);
    return wrong.empty() ? "" : "of the scores (1000, 999) and (-1000, -1001): " + wrong;
  });
  judge.values(
      "rows far apart",
      [] {
        return my_softmax(tensor({{1000.0, 1000.0}, {0.0, 0.0}}));
      },
      tensor({{0.5, 0.5}, {0.5, 0.5}}));
  judge.that("minus infinity", [&]() -> std::string {
    const Variable leaf(tensor({{0.0, -infinity, 0.0}}), true);
    const Variable p = my_softmax(leaf);
    if (const std::string wrong = Judge::difference(p, tensor({{0.5, 0.0, 0.5}}), 1e-5); !wrong.empty()) {
      return wrong;
    }
    p.backward(tensor({{1.0, 5.0, 0.0}}));
    const std::string wrong = Judge::difference(leaf.grad(), tensor({{0.25, 0.0, -0.25}}), 1e-5);
    return wrong.empty() ? "" : "the gradient: " + wrong;
  });
  judge.one_node([&] { return my_softmax(Variable(x, true)); });
  judge.that("small shapes", []() -> std::string {
    const std::string one = Judge::difference(my_softmax(tensor({{3.0}, {-4.0}})), ones({2, 1}), 0);
    if (!one.empty()) return "rows of one score: " + one;
    const std::string none = Judge::difference(my_softmax(zeros({0, 3})), zeros({0, 3}), 0);
    return none.empty() ? "" : "no rows: " + none;
  });
  judge.values(
      "float64",
      [] {
        return my_softmax(tensor({0.0, std::log(3.0)}, float64));
      },
      tensor({0.25, 0.75}, float64), 1e-14);
  const Tensor large = randn({256, 1024});
  judge.speed(
      "forward of 256 rows of 1,024", [&] { my_softmax(large); }, [&] { softmax(large, -1); });
}
