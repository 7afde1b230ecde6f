#include <numbers>

#include "judge.hpp"

#include STUDENT

void compare_slope(const Tensor& x, const Tensor& expected, double tolerance) {
  const Variable leaf(x, true);
  sum(my_gelu(leaf)).backward();
  Judge::must_equal(leaf.grad(), expected, tolerance);
}

void checks(Judge& judge) {
  judge.values(
      "by hand",
      [] {
        return my_gelu(tensor({-1.0, 0.0, 1.0}));
      },
      tensor({-0.158655, 0.0, 0.841345}), 2e-6);
  judge.that("slope by hand", [] {
    compare_slope(tensor({-1.0, 0.0, 1.0}), tensor({-0.083316, 0.5, 1.083316}), 2e-6);
  });
  judge.that("float64", [] {
    const Tensor x = 2 * randn({4, 50}, float64);
    Judge::must_equal(my_gelu(x), gelu(x).value(), 1e-12);
  });
  judge.gradients("gradients", my_gelu, {randn({3, 4})}, /*orders=*/1);
  judge.that("gradients of gradients", [] {
    const char* no_tape = "the tape does not lead from the gradient back to x";
    const Variable x(tensor({-2.0, 0.0, 1.0}, float64), true);
    const Variable slope = grad({sum(my_gelu(x))}, {x}, {.create_graph = true})[0];
    Judge::must(slope.requires_grad(), no_tape);
    const Variable second = grad({sum(slope)}, {x}, {.allow_unused = true})[0];
    Judge::must(second.defined(), no_tape);
    const Tensor v = x.value(), density = exp(-0.5 * v * v) / std::sqrt(2 * std::numbers::pi);
    Judge::must_equal(second, density * (2 - v * v), 1e-9, "the second derivative at (-2, 0, 1)");
  });
  judge.that("far from zero", [] {
    Judge::must_equal(my_gelu(tensor({-1e20, -100.0, 100.0, 1e20})), tensor({0.0, 0.0, 100.0, 1e20}), 1e-6);
    compare_slope(tensor({-100.0, 100.0}), tensor({0.0, 1.0}), 1e-6);
  });
  judge.one_node([] { return my_gelu(Variable(randn({3}), true)); });
  judge.values(
      "empty",
      [] {
        return my_gelu(zeros({0, 3}));
      },
      zeros({0, 3}));
  const Variable large(randn({1 << 17}), true);
  judge.speed(
      "forward and backward of 131,072 numbers", [&] { sum(my_gelu(large)).backward(); },
      [&] { sum(gelu(large)).backward(); });
}
