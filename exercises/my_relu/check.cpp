#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  const Tensor x = tensor({-2.0, -0.5, 0.5, 3.0});
  judge.values(
      "values", [&] { return my_relu(x); }, tensor({0.0, 0.0, 0.5, 3.0}));
  judge.gradients("gradients", my_relu, {x});
  judge.that("at zero", [] {
    Variable zero(tensor({0.0}), true);
    sum(my_relu(zero)).backward();
    Judge::must_equal(zero.grad(), tensor({0.0}), 0);
  });
  judge.one_node([&] { return my_relu(Variable(x, true)); });
  judge.values(
      "empty",
      [] {
        return my_relu(zeros({0, 3}));
      },
      zeros({0, 3}));
  judge.values(
      "float64",
      [] {
        return my_relu(tensor({-1.0, 2.0}, float64));
      },
      tensor({0.0, 2.0}, float64));
  const Tensor large = randn({1 << 20});
  judge.speed(
      "forward of 1,048,576 numbers", [&] { my_relu(large); }, [&] { relu(large); });
}
