#include "judge.hpp"

#include STUDENT

std::string gradient_by_hand(int input) {
  const Variable a(tensor({{{1.0, 2.0}, {3.0, 4.0}}}), true), b(tensor({{1.0, 0.0}, {1.0, 1.0}}), true);
  my_transpose_matmul(a, b).backward(tensor({{{1.0, 1.0}, {0.0, 2.0}}}));
  return input == 0 ? Judge::difference(a.grad(), tensor({{{2.0, 1.0}, {2.0, 2.0}}}), 1e-6)
                    : Judge::difference(b.grad(), tensor({{1.0, 2.0}, {7.0, 10.0}}), 1e-6);
}

void checks(Judge& judge) {
  judge.that("values", [] {
    const Tensor a = randn({3, 4, 5}), b = randn({2, 5});
    return Judge::difference(my_transpose_matmul(a, b), linear(a, b).value(), 1e-5);
  });
  judge.that("dA by hand", [] { return gradient_by_hand(0); });
  judge.that("dB by hand", [] { return gradient_by_hand(1); });
  judge.that("a batch shares b", [] {
    const Variable a(randn({3, 4, 5}), true), b(randn({2, 5}), true);
    const Tensor g = randn({3, 4, 2});
    my_transpose_matmul(a, b).backward(g);
    const Tensor stacked = matmul(g.reshape({12, 2}).mT(), a.value().reshape({12, 5})).value();
    const std::string problem = Judge::difference(b.grad(), stacked, 1e-5);
    return problem.empty() ? problem : "dB: " + problem;
  });
  judge.that("gradients of gradients", []() -> std::string {
    const Variable a(randn({2, 3, 2}), true), b(randn({4, 2}), true);
    const GradcheckResult result = gradcheck(my_transpose_matmul, {a, b}, {.order = 2});
    return result ? "" : result.message();
  });
  judge.one_node([] {
    const Variable a(randn({2, 3, 2}), true), b(randn({4, 2}), true);
    return my_transpose_matmul(a, b);
  });
  judge.that("empty batch", [] {
    const Variable a(zeros({0, 3, 2}), true), b(randn({4, 2}), true);
    const Variable c = my_transpose_matmul(a, b);
    const std::string problem = Judge::difference(c, zeros({0, 3, 4}), 0);
    if (!problem.empty()) return problem;
    sum(c).backward();
    return Judge::difference(b.grad(), zeros({4, 2}), 0);
  });
  judge.that("float64", [] {
    const Variable a(randn({2, 3, 2}, float64), true), b(randn({4, 2}, float64), true);
    const Variable c = my_transpose_matmul(a, b);
    const std::string problem = Judge::difference(c, linear(a, b).value(), 1e-12);
    if (!problem.empty()) return problem;
    sum(c).backward();
    return Judge::difference(a.grad(), sum(b, 0).value().expand({2, 3, 2}), 1e-12);
  });
  const Variable a(randn({8, 64, 64}), true), b(randn({64, 64}), true);
  judge.speed(
      "forward and backward, 8 matrices of 64 x 64", [&] { sum(my_transpose_matmul(a, b)).backward(); },
      [&] { sum(linear(a, b)).backward(); });
}
