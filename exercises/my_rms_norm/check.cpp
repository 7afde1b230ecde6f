#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  const Tensor x = tensor({1.0, 7.0, -5.0, 5.0}), y = tensor({0.2, 1.4, -1.0, 1.0});
  judge.values(
      "values", [&] { return my_rms_norm(x, ones({4}), 0); }, y);
  judge.that("every row", [] {
    const Tensor rows = randn({2, 3, 4}), gamma = randn({4});
    Judge::must_equal(my_rms_norm(rows, gamma), rms_norm(rows, gamma, 1e-5).value(), 1e-5);
  });
  judge.values(
      "eps",
      [&] {
        return my_rms_norm(tensor({-1.0, 1.0}), ones({2}), 3);
      },
      tensor({-0.5, 0.5}));
  judge.gradients("gradients", [](const Variable& x, const Variable& gamma) { return my_rms_norm(x, gamma); },
                  {randn({2, 2, 3}), randn({3})});
  judge.that("a row of zeros", [] {
    const Variable zero(zeros({3}), true);
    const Variable y = my_rms_norm(zero, ones({3}), 0.25);
    Judge::must_equal(y, zeros({3}), 0);
    y.backward(tensor({1.0, 2.0, 3.0}));
    Judge::must_equal(zero.grad(), tensor({2.0, 4.0, 6.0}), 1e-5, "the gradient");
  });
  judge.one_node([&] { return my_rms_norm(Variable(x, true), Variable(ones({4}), true)); });
  judge.values(
      "float64", [&] { return my_rms_norm(x.to(float64), ones({4}, float64), 0); },
      tensor({0.2, 1.4, -1.0, 1.0}, float64), 1e-14);
  const Tensor large = randn({256, 768}), gamma = ones({768});
  judge.speed(
      "forward of 256 rows of 768", [&] { my_rms_norm(large, gamma); }, [&] { rms_norm(large, gamma); });
}
