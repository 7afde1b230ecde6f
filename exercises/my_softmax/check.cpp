#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor x = tensor({0.0, std::log(2.0), std::log(7.0)});
  judge.values(
      "values", [&] { return my_softmax(x); }, tensor({0.1, 0.2, 0.7}));
  judge.that("every row", [] {
    const Tensor rows = randn({2, 3, 4});
    Judge::must_equal(my_softmax(rows), softmax(rows, -1).value(), 1e-5);
  });
  judge.gradients("gradients", my_softmax, {randn({2, 3})});
  judge.that("large scores", [] {
    for (const double size : {1000.0, -1000.0}) {
      Judge::must_equal(my_softmax(full({1, 2}, size)), full({1, 2}, 0.5), 1e-5, "of two scores of ", size);
    }
    const double p = 1 / (1 + std::exp(-1.0));  // differences count, however large the scores are
    Judge::must_equal(my_softmax(tensor({{1000.0, 999.0}, {-1000.0, -1001.0}})),
                      tensor({{p, 1 - p}, {p, 1 - p}}), 1e-5, "of the scores (1000, 999) and (-1000, -1001)");
  });
  judge.values(
      "rows far apart",
      [] {
        return my_softmax(tensor({{1000.0, 1000.0}, {0.0, 0.0}}));
      },
      tensor({{0.5, 0.5}, {0.5, 0.5}}));
  judge.that("minus infinity", [&] {
    const Variable leaf(tensor({{0.0, -infinity, 0.0}}), true);
    const Variable p = my_softmax(leaf);
    Judge::must_equal(p, tensor({{0.5, 0.0, 0.5}}), 1e-5);
    p.backward(tensor({{1.0, 5.0, 0.0}}));
    Judge::must_equal(leaf.grad(), tensor({{0.25, 0.0, -0.25}}), 1e-5, "the gradient");
  });
  judge.one_node([&] { return my_softmax(Variable(x, true)); });
  judge.that("small shapes", [] {
    Judge::must_equal(my_softmax(tensor({{3.0}, {-4.0}})), ones({2, 1}), 0, "rows of one score");
    Judge::must_equal(my_softmax(zeros({0, 3})), zeros({0, 3}), 0, "no rows");
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
