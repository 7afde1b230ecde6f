#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  const Tensor table = tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  judge.values(
      "values",
      [&] {
        return my_embedding(tensor({2, 0}), table);
      },
      tensor({{5.0, 6.0}, {1.0, 2.0}}));
  judge.that("any shape", [] {
    const Tensor weight = randn({5, 4});
    for (const Shape& shape : {Shape{2, 3}, Shape{2, 2, 2}, Shape{}}) {
      const Tensor indices = randint(0, 5, shape);
      Judge::must_equal(my_embedding(indices, weight), embedding(indices, weight).value(), 0,
                        "indices of shape ", shape);
    }
  });
  judge.gradients("gradients",
                  [](const Variable& w) {
                    return my_embedding(tensor({2, 0}), w);
                  },
                  {randn({4, 3})});
  judge.gradients("gradients, indices of two dims",
                  [](const Variable& w) {
                    return my_embedding(tensor({{2, 0, 2}, {3, 2, 0}}), w);
                  },
                  {randn({4, 3})});
  judge.gradients("gradients, one index of shape ()",
                  [](const Variable& w) { return my_embedding(tensor(2), w); }, {randn({4, 3})});
  judge.that("an index twice", [&] {
    const Variable weight(table, true);
    my_embedding(tensor({2, 0, 2}), weight).backward(tensor({{1.0, 2.0}, {10.0, 20.0}, {100.0, 200.0}}));
    Judge::must_equal(weight.grad(), tensor({{10.0, 20.0}, {0.0, 0.0}, {101.0, 202.0}}), 0,
                      "the gradient for the indices 2, 0, 2");
  });
  judge.that("no indices", [&] {
    const Variable weight(table, true), y = my_embedding(zeros({0}, int64), weight);
    Judge::must_equal(y, zeros({0, 2}), 0);
    y.backward(zeros({0, 2}));
    Judge::must_equal(weight.grad(), zeros({3, 2}), 0, "the gradient");
  });
  judge.refuses<std::out_of_range>(
      "index too large", [&] { my_embedding(tensor({3}), table); }, "index 3 of 3 rows, 0 to 2,", "3");
  judge.refuses<std::out_of_range>(
      "index below 0", [&] { my_embedding(tensor({-1}), table); }, "index -1", "-1");
  judge.one_node([&] { return my_embedding(tensor({2, 0}), Variable(table, true)); });
  judge.values(
      "float64", [&] { return my_embedding(tensor({1}), table.to(float64)); }, tensor({{3.0, 4.0}}, float64),
      0);
  const Variable large(randn({1000, 64}), true);
  const Tensor indices = randint(0, 1000, {1024}), g = ones({1024, 64});
  judge.speed(
      "forward and backward of 1,024 rows", [&] { my_embedding(indices, large).backward(g); },
      [&] { embedding(indices, large).backward(g); });
}
