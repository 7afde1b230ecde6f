#include "judge.hpp"

#include STUDENT

// The gradients of a and of b for the numbers of the task.
std::vector<Tensor> gradients_by_hand() {
  const Variable a(tensor({{{1.0, 2.0}, {3.0, 4.0}}}), true), b(tensor({{1.0, 0.0}, {1.0, 1.0}}), true);
  my_transpose_matmul(a, b).backward(tensor({{{1.0, 1.0}, {0.0, 2.0}}}));
  return {a.grad(), b.grad()};
}

void checks(Judge& judge) {
  judge.that("values", [] {
    const Tensor a = randn({3, 4, 5}), b = randn({2, 5});
    Judge::must_equal(my_transpose_matmul(a, b), linear(a, b).value(), 1e-5);
  });
  judge.values(
      "dA by hand", [] { return gradients_by_hand()[0]; }, tensor({{{2.0, 1.0}, {2.0, 2.0}}}), 1e-6);
  judge.values(
      "dB by hand", [] { return gradients_by_hand()[1]; }, tensor({{1.0, 2.0}, {7.0, 10.0}}), 1e-6);
  judge.that("a batch shares b", [] {
    const Variable a(randn({3, 4, 5}), true), b(randn({2, 5}), true);
    const Tensor g = randn({3, 4, 2});
    my_transpose_matmul(a, b).backward(g);
    const Tensor stacked = matmul(g.reshape({12, 2}).mT(), a.value().reshape({12, 5})).value();
    Judge::must_equal(b.grad(), stacked, 1e-5, "dB");
  });
  judge.that("gradients of gradients", [] {
    const Variable a(randn({2, 3, 2}), true), b(randn({4, 2}), true);
    const GradcheckResult result = gradcheck(my_transpose_matmul, {a, b}, {.order = 2});
    Judge::must(bool(result), result.message());
  });
  judge.one_node([] {
    return my_transpose_matmul(Variable(randn({2, 3, 2}), true), Variable(randn({4, 2}), true));
  });
  judge.that("empty batch", [] {
    const Variable a(zeros({0, 3, 2}), true), b(randn({4, 2}), true);
    const Variable c = my_transpose_matmul(a, b);
    Judge::must_equal(c, zeros({0, 3, 4}), 0);
    sum(c).backward();
    Judge::must_equal(b.grad(), zeros({4, 2}), 0);
  });
  judge.that("float64", [] {
    const Variable a(randn({2, 3, 2}, float64), true), b(randn({4, 2}, float64), true);
    const Variable c = my_transpose_matmul(a, b);
    Judge::must_equal(c, linear(a, b).value(), 1e-12);
    sum(c).backward();
    Judge::must_equal(a.grad(), sum(b, 0).value().expand({2, 3, 2}), 1e-12);
  });
  const Variable a(randn({8, 64, 64}), true), b(randn({64, 64}), true);
  judge.speed(
      "forward and backward, 8 matrices of 64 x 64", [&] { sum(my_transpose_matmul(a, b)).backward(); },
      [&] { sum(linear(a, b)).backward(); });
}
