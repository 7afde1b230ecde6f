#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  const Tensor weight = randn({4, 3}), bias = randn({4});
  judge.values(
      "values",
      [] {
        const Tensor w = tensor({{1.0, 0.0}, {0.0, 1.0}, {3.0, 4.0}});
        return my_linear(tensor({{1.0, 2.0}, {0.0, -1.0}}), w, tensor({10.0, 20.0, 30.0}));
      },
      tensor({{11.0, 22.0, 41.0}, {10.0, 19.0, 26.0}}));
  judge.that("leading dims", [&] {
    for (const Shape& shape : {Shape{3}, Shape{1, 3}, Shape{2, 5, 3}, Shape{2, 1, 5, 3}}) {
      const Tensor x = randn(shape);
      Judge::must_equal(my_linear(x, weight, bias), linear(x, weight, bias).value(), 1e-5, "x of shape ",
                        shape);
    }
  });
  judge.values(
      "float64",
      [] { return my_linear(tensor({2.0}, float64), tensor({{3.0}}, float64), tensor({0.1}, float64)); },
      tensor({6.1}, float64), 1e-15);
  judge.values(
      "no rows",
      [&] {
        return my_linear(zeros({0, 3}), weight, bias);
      },
      zeros({0, 4}));
  judge.gradients("gradients", my_linear, {randn({5, 3}), weight, bias});
  judge.gradients("gradients, leading dims", my_linear, {randn({2, 5, 3}), weight, bias});
  judge.gradients("gradients, one row", my_linear, {randn({3}), weight, bias});
  judge.that("bias", [&] {
    for (const Shape& shape : {Shape{1}, Shape{}, Shape{1, 4}}) {
      Judge::must_throw<std::invalid_argument>(
          [&] {
            my_linear(randn({2, 3}), weight, randn(shape));
          },
          Judge::text("a bias of shape ", shape, " for 4 outputs"));
    }
  });
  judge.one_node([&] { return my_linear(randn({2, 3}), Variable(weight, true), bias); });
  const Variable x(randn({8, 32, 128}), true), w(randn({128, 128}), true), b(randn({128}), true);
  judge.speed(
      "forward and backward of 256 rows of 128 numbers", [&] { sum(my_linear(x, w, b)).backward(); },
      [&] { sum(linear(x, w, b)).backward(); });
}
