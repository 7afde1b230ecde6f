#include <numbers>

#include "judge.hpp"

#include STUDENT

std::string slope_at(const Tensor& x, const Tensor& expected, double tolerance) {
  const Variable leaf(x, true);
  sum(my_gelu(leaf)).backward();
  return Judge::difference(leaf.grad(), expected, tolerance);
}

void checks(Judge& judge) {
  judge.values(
      "by hand",
      [] {
        return my_gelu(tensor({-1.0, 0.0, 1.0}));
      },
      tensor({-0.158655, 0.0, 0.841345}), 2e-6);
  judge.that("slope by hand", [] {
    return slope_at(tensor({-1.0, 0.0, 1.0}), tensor({-0.083316, 0.5, 1.083316}), 2e-6);
  });
  judge.that("float64", [] {
    const Tensor x = 2 * randn({4, 50}, float64);
    return Judge::difference(my_gelu(x), gelu(x).value(), 1e-12);
  });
  judge.that("gradients", []() -> std::string {
    const GradcheckResult result = gradcheck(my_gelu, {randn({3, 4})});
    return result ? "" : result.message();
  });
  judge.that("gradients of gradients", []() -> std::string {
    // gelu'' = φ(x) (2 − x²)
    const Variable x(tensor({-2.0, 0.0, 1.0}, float64), true);
    const Variable slope = grad({sum(my_gelu(x))}, {x}, {.create_graph = true})[0];
    if (!slope.requires_grad()) return "the tape does not lead from the gradient back to x";
    const Variable second = grad({sum(slope)}, {x}, {.allow_unused = true})[0];
    if (!second.defined()) return "the tape does not lead from the gradient back to x";
    const Tensor v = x.value(), density = exp(-0.5 * v * v) / std::sqrt(2 * std::numbers::pi);
    std::string problem = Judge::difference(second, Tensor(density * (2 - v * v)), 1e-9);
    return problem.empty() ? problem : "the second derivative at (-2, 0, 1): " + problem;
  });
  judge.that("far from zero", [] {
    const std::string problem = Judge::difference(my_gelu(tensor({-1e20, -100.0, 100.0, 1e20})),
                                                  tensor({0.0, 0.0, 100.0, 1e20}), 1e-6);
    return problem.empty() ? slope_at(tensor({-100.0, 100.0}), tensor({0.0, 1.0}), 1e-6) : problem;
  });
  judge.one_node([] {
    const Variable leaf(randn({3}), true);
    return my_gelu(leaf);
  });
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
